// Strong types for ids that could be mistaken for each other, and the classes of material.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace proviso::base {

struct CaseId {  // 32 lower-case hex digits, random
  std::string value;
  auto operator<=>(const CaseId&) const = default;
};
struct RunId {  // 32 lower-case hex digits, random
  std::string value;
  auto operator<=>(const RunId&) const = default;
};

// The classes of material of a hit (Annex of Implementing Regulation (EU) 2024/2916, category 4).
enum class MaterialClass { known, new_material, solicitation };
std::string_view to_string(MaterialClass);  // "known", "new", "solicitation"

}  // namespace proviso::base
