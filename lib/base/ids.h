// Strong types for names that could be swapped.
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

// How sure a technology's hit is of what it found (Annex of (EU) 2024/2916, category 4).
enum class MaterialClass { known, new_material, solicitation };
std::string_view to_string(MaterialClass);  // "known", "new", "solicitation"

}  // namespace proviso::base
