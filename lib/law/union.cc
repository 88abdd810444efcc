#include "law/union.h"

#include <fmt/core.h>

#include <algorithm>

namespace proviso::law {
namespace {

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

bool is_region_code(std::string_view text) {
  return text.size() == 2 && is_capital(text[0]) && is_capital(text[1]);
}

std::optional<std::string> region_flaw(std::string_view text) {
  if (!is_region_code(text))
    return fmt::format("'{}' is not an ISO 3166 code of two capitals, or EU", text);
  for (const OtherSpelling& each : kOtherSpellings) {
    if (each.written == text)
      return fmt::format("'{}' is not the ISO 3166 code of that state, write {}", text, each.code);
  }
  return std::nullopt;
}

bool is_in_union(std::string_view region) {
  return region == "EU" || std::binary_search(kMemberStates.begin(), kMemberStates.end(), region) ||
         std::any_of(kTerritories.begin(), kTerritories.end(),
                     [&](const Territory& each) { return each.code == region; });
}

bool is_in_eea(std::string_view region) {
  return is_in_union(region) ||
         std::binary_search(kOtherEeaStates.begin(), kOtherEeaStates.end(), region);
}

}  // namespace proviso::law
