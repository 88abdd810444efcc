// Lines of the stream written by splicing: our member is put before the last brace, every other
// byte stays as it was, and nothing is parsed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace proviso::ndjson {

// The line with `"name":value` put before its last brace. `line` is the line of a record: a JSON
// object that has an id at least. `value` is JSON text.
std::string spliced(std::string_view line, std::string_view name, std::string_view value);

// The line with an "error" member {"tool","code","message"[,"rule","citation"]}.
std::string with_error(std::string_view line, std::string_view tool, const base::ItemError&);
// The line for input that is not a record: {"error":{...,"line":N}}, with none of its bytes.
std::string error_line(std::string_view tool, const base::ItemError&, std::uint64_t line_number);

}  // namespace proviso::ndjson
