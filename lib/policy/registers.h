// The registers of bodies that may receive reports: organisations acting in the public interest,
// and authorities.
#pragma once

#include <vector>

#include "policy/fields.h"
#include "policy/policy.h"

namespace proviso::policy {

// Reads a register, a list of {id, name, country, from, to, certificate, public_register,
// transfer_ground}.
std::vector<Organisation> read_register(const Fields&, const yaml::Node& root, bool authorities);

}  // namespace proviso::policy
