// Takes one entry out of use by a line in its list's `withdrawn` file, which every later build
// reads.
#pragma once

#include <string>

#include "index/list.h"
#include "policy/policy.h"

namespace proviso::index {

// Adds a hash or an id. The file appears whole. False if the file has the line already.
// Error(config) if the policy's list has no `withdrawn` file, Error(usage) if `hex` is not a hash
// of that type.
bool withdraw(const policy::List&, HashType type, const std::string& hex);
bool withdraw(const policy::List&, const std::string& id);

}  // namespace proviso::index
