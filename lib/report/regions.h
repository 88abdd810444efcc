// Which regions are in the Union, and which in the European Economic Area (where Regulation (EU)
// 2016/679 applies too).
#pragma once

#include <string_view>

namespace proviso::report {

bool is_in_union(std::string_view region);  // "EU" or the ISO 3166 alpha-2 code of one of the 27
bool is_in_eea(std::string_view region);    // these and IS, LI, NO

}  // namespace proviso::report
