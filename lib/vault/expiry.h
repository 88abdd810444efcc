// When a case ends: the earliest of the policy's period and the law's ceilings, in calendar time
// from identification.
#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "law/instrument.h"
#include "policy/policy.h"

namespace proviso::vault {

struct Expiry {
  base::Instant expires_at;
  std::optional<base::Instant> ceiling;            // the law's while nobody has confirmed the case
  std::optional<base::Instant> confirmed_ceiling;  // the law's afterwards
  std::string rule;  // ST-02 (the law's period), pending (the wait for review), policy
};

// Of a case that is suspected (Art. 3(1)(i): the clock starts at identification).
Expiry suspected_expiry(base::Instant identified_at, const policy::Policy&, const law::Resolved&);

}  // namespace proviso::vault
