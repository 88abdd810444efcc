// The description of a technology that is assessed and signed for, and its digest. Impact
// assessments, oversight and attestations are bound to the digest: when the description changes,
// they must be made again.
#pragma once

#include <string>

#include "json/json_fwd.h"
#include "policy/policy.h"

namespace proviso::policy {

// The method's parameters, with defaults: {"distance": 31, "quality_floor": 50}. A flag is present
// only if it is set.
json::Json parameters_json(const Method&);

// {name, version, purpose, method, parameters, content, services, lists}; each list is {name,
// source, purpose}. The gate digest contains it too.
json::Json technology_description(const Policy&, const Technology&);

// SHA-256, hex, over RFC 8785 of the description.
std::string drift_digest(const Policy&, const Technology&);

}  // namespace proviso::policy
