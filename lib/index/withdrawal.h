// Taking one entry out of use: a line more in its list's `withdrawn` file, so that no later build
// brings it back.
#pragma once

#include <string>

#include "index/list.h"
#include "policy/policy.h"

namespace proviso::index {

// `type` and `hex`, or `id`. The file appears whole. False when the line stands there already.
// Error(config) when the policy's list names no `withdrawn` file, Error(usage) for a hash of
// another shape.
bool withdraw(const policy::List&, HashType type, const std::string& hex);
bool withdraw(const policy::List&, const std::string& id);

}  // namespace proviso::index
