// When a case ends: the earliest of the policy's period and the law's ceilings, in calendar time
// from identification.
#pragma once

#include "base/instant.h"
#include "law/instrument.h"
#include "policy/policy.h"
#include "vault/case_row.h"

namespace proviso::vault {

// Of a case that is suspected (Art. 3(1)(i): the clock starts at identification).
Expiry suspected_expiry(base::Instant identified_at, const policy::Policy&, const law::Resolved&);

// The item of a case was seen again. Identification is written once; an earlier one brings the end
// of the case forward, to that of `expiry` while it waits for review, and below the law's ceilings
// in any case. Returns false, and changes nothing, if it is not earlier.
bool bring_forward(CaseRow&, base::Instant identified_at, const Expiry&);

}  // namespace proviso::vault
