#include "ndjson/schema.h"

#include <utility>

namespace proviso::ndjson {

// Made by embed_schemas.cmake: pairs of name and text.
extern const std::pair<std::string_view, std::string_view> kSchemas[];
extern const unsigned kSchemaCount;

std::optional<std::string_view> schema(std::string_view name) {
  for (unsigned i = 0; i < kSchemaCount; ++i) {
    if (kSchemas[i].first == name) return kSchemas[i].second;
  }
  return std::nullopt;
}

}  // namespace proviso::ndjson
