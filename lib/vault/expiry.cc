#include "vault/expiry.h"

namespace proviso::vault {

Expiry suspected_expiry(base::Instant identified_at, const policy::Policy& policy,
                        const law::Resolved& law) {
  Expiry expiry;
  expiry.expires_at = base::add(identified_at, policy.retention_suspected);
  expiry.rule = "policy";
  expiry.ceiling = law.ceiling(identified_at, false);
  expiry.confirmed_ceiling = law.ceiling(identified_at, true);
  if (expiry.ceiling && *expiry.ceiling < expiry.expires_at) {
    expiry.expires_at = *expiry.ceiling;
    const bool by_period = expiry.confirmed_ceiling && *expiry.confirmed_ceiling <= *expiry.ceiling;
    expiry.rule = by_period ? "ST-02" : "pending";
  }
  return expiry;
}

}  // namespace proviso::vault
