#include "vault/expiry.h"

#include <algorithm>

namespace proviso::vault {
namespace {

std::optional<base::Instant> earlier_of(std::optional<base::Instant> a,
                                        std::optional<base::Instant> b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

}  // namespace

Expiry suspected_expiry(base::Instant identified_at, const policy::Policy& policy,
                        const law::Resolved& law) {
  Expiry expiry;
  expiry.expires_at = base::add(identified_at, policy.retention_suspected);
  expiry.rule = ExpiryRule::policy;
  expiry.ceiling = law.ceiling(identified_at, false);
  expiry.confirmed_ceiling = law.ceiling(identified_at, true);
  if (expiry.ceiling && *expiry.ceiling < expiry.expires_at) {
    expiry.expires_at = *expiry.ceiling;
    const bool by_period = expiry.confirmed_ceiling && *expiry.confirmed_ceiling <= *expiry.ceiling;
    expiry.rule = by_period ? ExpiryRule::law : ExpiryRule::pending;
  }
  return expiry;
}

bool bring_forward(CaseRow& row, base::Instant identified_at, const Expiry& expiry) {
  if (identified_at >= row.identified_at) return false;
  const bool waits = row.state == State::suspected;
  row.identified_at = identified_at;
  row.confirmed_ceiling = earlier_of(row.confirmed_ceiling, expiry.confirmed_ceiling);
  row.ceiling = waits ? earlier_of(row.ceiling, expiry.ceiling) : row.confirmed_ceiling;
  base::Instant end = waits ? std::min(row.expires_at, expiry.expires_at) : row.expires_at;
  if (row.ceiling) end = std::min(end, *row.ceiling);
  if (end < row.expires_at)
    row.expiry_rule = row.ceiling && end == *row.ceiling ? ExpiryRule::law : expiry.rule;
  row.expires_at = end;
  return true;
}

}  // namespace proviso::vault
