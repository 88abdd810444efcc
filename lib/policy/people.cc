#include "policy/people.h"

namespace proviso::policy {

std::string_view to_string(Role role) { return base::word_of(kRoles, role); }
std::optional<Role> parse_role(std::string_view word) { return base::value_of(kRoles, word); }

}  // namespace proviso::policy
