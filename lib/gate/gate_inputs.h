// What the gate digest is made of: what decides, never a path or a key (those may differ between
// hosts).
#pragma once

#include <vector>

#include "dpia/dpia.h"
#include "json/json.h"
#include "law/instrument.h"
#include "policy/policy.h"

namespace proviso::gate {

// Mode, resolved instruments, services, technologies, lists' {name, source, purpose}, review,
// match, grounds, DPIA digests. `documents` has one DPIA per technology, in policy order.
json::Json describe_inputs(const policy::Policy&, const law::Resolved&,
                           const std::vector<dpia::Document>& documents);

}  // namespace proviso::gate
