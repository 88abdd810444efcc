#include "report/regions.h"

#include <algorithm>
#include <array>

namespace proviso::report {

namespace {

constexpr std::array<std::string_view, 28> kUnion = {
    "EU", "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR",
    "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"};

}  // namespace

bool is_in_union(std::string_view region) {
  return std::find(kUnion.begin(), kUnion.end(), region) != kUnion.end();
}

bool is_in_eea(std::string_view region) {
  return is_in_union(region) || region == "IS" || region == "LI" || region == "NO";
}

}  // namespace proviso::report
