// Methods as the policy's YAML has them.
#pragma once

#include "policy/fields.h"
#include "policy/method.h"

namespace proviso::policy {

// The keys `method` and `parameters` of a technology. Collects every finding; what is left out has
// its default.
Method read_method(const Fields&, const yaml::Node& technology);
// The parameters of `method`, which comes with its defaults.
Method read_parameters(const Fields&, const yaml::Node& technology, Method method);

}  // namespace proviso::policy
