// The JSON Schema (2020-12) of the policy file, compiled in from schema/policy.json.
#pragma once

#include <string_view>

namespace proviso::policy {

std::string_view schema();

}  // namespace proviso::policy
