// What a technology is for those who assessed it and signed for it. Impact assessments, oversight
// and attestations are bound to its digest: any change of what is described here needs them anew.
#pragma once

#include <string>

#include "json/json_fwd.h"
#include "policy/policy.h"

namespace proviso::policy {

// The method's parameters, defaults written out: {"distance": 31, "quality_floor": 50}. Flags are
// there only when set.
json::Json parameters_json(const Method&);

// {name, version, purpose, method, parameters, content, services, lists}, of each list {name,
// source, purpose}. Also a part of the gate digest.
json::Json technology_description(const Policy&, const Technology&);

// SHA-256, hex, over RFC 8785 of the description.
std::string drift_digest(const Policy&, const Technology&);

}  // namespace proviso::policy
