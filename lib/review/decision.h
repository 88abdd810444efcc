// Decisions of people on cases: what a signed verdict leads to, and whether a case was confirmed.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/keys.h"
#include "law/instrument.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "review/statement.h"
#include "vault/case_store.h"

namespace proviso::review {

// What a decision led to.
struct Outcome {
  vault::State state = vault::State::suspected;  // purged after a rejection
  bool waits_for_second = false;                 // four-eyes: one more reviewer must say the same
  bool disagreement = false;                     // and another one has said otherwise
  std::optional<base::Instant> expires_at;       // absent after a rejection
};

// Signs, checks and keeps a decision; moves the case once as many reviewers agree as the policy
// asks for: confirmed, confirmed_as_new, or rejected and purged at once. Until then it stays as it
// is. Errors: no_input (no such case), usage (it is decided already; the reason), no_permission
// (see sign()), data (its digests are not those of the ledger's case.stored entry).
Outcome decide(vault::CaseStore&, ledger::Ledger&, const policy::Policy&, const law::Resolved&,
               const Decision&, const crypto::PrivateKey&);

// Is the case confirmed, by as many reviewers as the policy asks for today, each with a newest
// decision that says so, whose signature verifies under the certificate of one who is a reviewer
// today, and that covers the ciphertexts which lie there now?
bool has_valid_confirmation(vault::CaseStore&, const vault::CaseRow&, const policy::Policy&);

}  // namespace proviso::review
