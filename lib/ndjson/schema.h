// JSON Schemas (2020-12) of the records, from schema/*.json, compiled in. Each is complete: what it
// refers to is bundled in.
#pragma once

#include <optional>
#include <string_view>

namespace proviso::ndjson {

// By file name without ".json": "item", "scope", "hash", "match", "retain"; nullopt for any other.
std::optional<std::string_view> schema(std::string_view name);

}  // namespace proviso::ndjson
