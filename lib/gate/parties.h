// Who takes part in a communication, and whether one of them is bound by professional secrecy
// (HU-05).
#pragma once

#include <optional>
#include <string_view>

#include "gate/item_facts.h"
#include "gate/protected_accounts.h"
#include "ndjson/elements.h"
#include "policy/policy.h"

namespace proviso::gate {

// The members of an item that speak of its parties.
struct Parties {
  std::string_view account;  // the sender's
  std::optional<simdjson::dom::element> secrecy, labels, counterparts;
};

// Determined for a party by its `secrecy`, or by the register where its account is given. The
// item's own `secrecy` speaks for the sender, and for the other side when no counterparts are
// listed. `labels` are held against the policy's markers. Item error bad_record for malformed
// members.
base::Result<Secrecy> secrecy_of(const Parties&, const policy::Policy&, const ProtectedAccounts&);

}  // namespace proviso::gate
