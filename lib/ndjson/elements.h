// The elements of a record, for those who read more than strings and integers: simdjson's types.
#pragma once

#include <simdjson.h>  // IWYU pragma: export

#include <string>
#include <string_view>

#include "base/error.h"

namespace proviso::ndjson {

// A top-level member.
struct Field {
  std::string_view key;
  simdjson::dom::element value;
};

// RFC 8785 text of a parsed element (numbers beyond 2^53 as written by simdjson's integer types are
// item error bad_record).
base::Result<std::string> canonical(simdjson::dom::element);

}  // namespace proviso::ndjson
