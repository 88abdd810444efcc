// The forms in which `hash FILE...` prints its results: NDJSON, and those of similar tools.
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

// What precedes the first line: the header of hashdeep, the column names of CSV.
std::string header_of(HashFormat, const digest::Wanted&);

// One file's line, with its end of line. For a file that failed, NDJSON and CSV have its error; the
// others have no line.
std::string line_of(HashFormat, const std::filesystem::path&, const base::Result<ContentHash>&);

}  // namespace proviso::stage
