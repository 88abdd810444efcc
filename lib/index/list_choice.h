// Which lists of the policy a build takes, and which columns of a CSV are which.
#pragma once

#include <string>
#include <vector>

#include "index/index.h"
#include "policy/policy.h"

namespace proviso::index {

// The lists named, or all where none is; in the policy's order. `columns`: "NAME=HEADER" each, for
// the one list that is named. Error(usage) for a list that the policy does not have, or a column
// that no list has.
std::vector<policy::List> choose_lists(const policy::Policy&, const std::vector<std::string>& names,
                                       const std::vector<std::string>& columns = {});
// The list of that name. Error(usage) when the policy does not have it.
const policy::List& list_named(const policy::Policy&, const std::string& name);
// Error(usage) when the index has no section of one of the lists: a look-up in it would find
// nothing, and nobody would know.
void require_lists(const Index&, const std::vector<std::string>& names);

}  // namespace proviso::index
