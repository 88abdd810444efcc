// Reads methods from the policy's YAML.
#pragma once

#include "policy/fields.h"
#include "policy/method.h"

namespace proviso::policy {

// The key `method` of a technology, with default parameters.
Method read_method(const Fields&, const yaml::Node& technology);
// `method` with the key `parameters` of the technology. Collects every finding; a parameter that is
// absent keeps its default.
Method read_parameters(const Fields&, const yaml::Node& technology, Method method);

}  // namespace proviso::policy
