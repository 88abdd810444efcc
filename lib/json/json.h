// JSON documents: strict parsing, RFC 8785 canonical form.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "json/json_fwd.h"

namespace proviso::json {

// Strict: UTF-8, no comments, no duplicate keys, depth at most 64. Throws base::Error(data) with
// "name:byte N: what".
Json parse(std::string_view text, std::string_view name);

// RFC 8785 (JCS): members sorted by UTF-16 code units, ECMAScript numbers. Numbers beyond 2^53 are
// refused with base::Error(software): ours are strings then.
std::string canonical(const Json&);
// The canonical form of a string and a number alone, for writers that build JCS text member by
// member.
void append_canonical_string(std::string& out, std::string_view utf8);
void append_canonical_number(std::string& out, double value);
// Sorting of member names as RFC 8785 3.2.3 asks: true when a comes before b.
bool canonical_less(std::string_view a, std::string_view b);

}  // namespace proviso::json
