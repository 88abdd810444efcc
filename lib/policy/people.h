// The people of the policy and their roles.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/words.h"

namespace proviso::policy {

namespace fs = std::filesystem;

enum class Role { reviewer, dpo, oversight };

constexpr std::array<base::Word<Role>, 3> kRoles{
    {{Role::reviewer, "reviewer"}, {Role::dpo, "dpo"}, {Role::oversight, "oversight"}}};

std::string_view to_string(Role);
std::optional<Role> parse_role(std::string_view);

struct Person {
  std::string id;
  std::set<Role> roles;
  fs::path certificate;
  std::string training;
  int number = 0;  // its place in the list, from 1; the ledger uses it instead of the id
};

}  // namespace proviso::policy
