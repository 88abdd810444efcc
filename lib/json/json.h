// JSON documents: strict parsing, and the canonical form of RFC 8785. Thread safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "json/json_fwd.h"

namespace proviso::json {

// Parses strictly: UTF-8, no comments, no duplicate keys, at most 64 levels. Throws
// base::Error(data) with "name:byte N: what".
Json parse(std::string_view text, std::string_view name);

// The canonical form (RFC 8785, JCS): members by UTF-16 code units, numbers as in ECMAScript.
// Throws base::Error(software) for a number beyond 2^53, which must be written as a string.
std::string canonical(const Json&);
// Append the canonical form of one string or number, for code that writes the canonical form member
// by member.
void append_canonical_string(std::string& out, std::string_view utf8);
void append_canonical_number(std::string& out, double value);
// True if the member name `a` comes before `b` (RFC 8785 3.2.3).
bool canonical_less(std::string_view a, std::string_view b);

}  // namespace proviso::json
