// Findings for people and for programs.
#pragma once

#include <string>

#include "dpia/dpia.h"

namespace proviso::dpia {

enum class Format { text, ndjson };

std::string_view to_string(Level);
// One line: "FILE:LINE:COLUMN: error: W6: what (RULE, citation); write: ..."; or one JSON object.
std::string render(const Finding&, std::string_view technology, Format);

}  // namespace proviso::dpia
