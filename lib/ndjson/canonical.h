// RFC 8785 text of a parsed element, private to this room.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "base/error.h"

namespace proviso::ndjson {

// Appends the canonical text. Leaves out the member named `without` of an object at the top; empty:
// no member.
base::Result<void> append_canonical(std::string& out, simdjson::dom::element,
                                    std::string_view without);

}  // namespace proviso::ndjson
