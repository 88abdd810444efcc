// Fields of a CSV line (RFC 4180): in double quotes they may hold commas and doubled quotes, no
// line breaks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proviso::index::lists {

// Into `fields`, whose memory is used again. False when a quote is not closed.
bool csv_fields(std::string_view line, std::vector<std::string>& fields);

}  // namespace proviso::index::lists
