// The words of the policy file, to values and back.
#pragma once

#include <optional>
#include <string_view>

#include "policy/policy.h"

namespace proviso::policy {

std::string_view to_string(E2ee);
std::optional<Method> parse_method(std::string_view);
std::optional<Purpose> parse_purpose(std::string_view);
std::optional<E2ee> parse_e2ee(std::string_view);
std::optional<Role> parse_role(std::string_view);
// Names stand in records, ledger entries and file names: letters, digits, '-', '_', '.', at
// most 64.
bool is_name(std::string_view);

}  // namespace proviso::policy
