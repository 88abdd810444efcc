// Fields of a CSV line (RFC 4180): in double quotes they may hold commas and doubled quotes, no
// line breaks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proviso::index::lists {

// Splits `line` into `fields`, whose memory is used again. False if a quote is not closed.
bool csv_fields(std::string_view line, std::vector<std::string>& fields);

}  // namespace proviso::index::lists
