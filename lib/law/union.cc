#include "law/union.h"

#include <algorithm>

namespace proviso::law {
namespace {

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

bool is_region_code(std::string_view text) {
  return text.size() == 2 && is_capital(text[0]) && is_capital(text[1]);
}

bool is_in_union(std::string_view region) {
  return region == "EU" || std::binary_search(kMemberStates.begin(), kMemberStates.end(), region);
}

bool is_in_eea(std::string_view region) {
  return is_in_union(region) ||
         std::binary_search(kOtherEeaStates.begin(), kOtherEeaStates.end(), region);
}

}  // namespace proviso::law
