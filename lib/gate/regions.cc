#include <algorithm>
#include <array>

#include "gate/item_scope.h"

namespace proviso::gate {
namespace {

// ISO 3166-1 alpha-2, sorted (Greece is GR).
constexpr std::array<std::string_view, 27> kMemberStates = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"};

}  // namespace

bool is_union_region(std::string_view region) {
  return region == "EU" || std::binary_search(kMemberStates.begin(), kMemberStates.end(), region);
}

}  // namespace proviso::gate
