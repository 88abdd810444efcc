// The forms in which `hash FILE...` prints what it found: NDJSON, and those of the tools people
// compare with.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "stage/hash/content_hash.h"

namespace proviso::stage {

enum class HashFormat { ndjson, hashdeep, sum, csv };
std::optional<HashFormat> parse_hash_format(std::string_view);

// Before the first line: of hashdeep its header, of CSV the names of its columns.
std::string header_of(HashFormat, const digest::Wanted&);

// One file's line, with its end of line. Of a file that failed: NDJSON and CSV have its error; the
// others have no line for it.
std::string line_of(HashFormat, const std::filesystem::path&, const base::Result<ContentHash>&);

}  // namespace proviso::stage
