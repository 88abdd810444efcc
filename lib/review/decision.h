// Decisions of people on cases: signed statements, checked against the person's certificate whenever they count.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keys.h"
#include "law/instrument.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "vault/case_store.h"

namespace proviso::review {

enum class Verdict { confirm, confirm_as_new, reject };
std::string_view to_string(Verdict);
std::optional<Verdict> parse_verdict(std::string_view);

struct Decision {
  base::CaseId case_id;
  Verdict verdict = Verdict::reject;
  std::string person;              // id in the policy
  std::string reason;              // the reviewer's words: its digest alone is signed and kept
  base::Instant at;
};

// What a decision led to.
struct Outcome {
  vault::State state = vault::State::suspected;   // purged after a rejection
  bool waits_for_second = false;                  // four-eyes: one more reviewer must agree
  std::optional<base::Instant> expires_at;
};

// The text that the signature covers: RFC 8785 of {case, decision, person, at, reason_sha256, envelope_sha256, blob_sha256}. The
// ciphertext digests bind it to what the reviewer could look at.
std::string statement(const Decision&, const vault::CaseRow&);

// Signs, checks and keeps a decision, and moves the case: confirmed, confirmed_as_new, or rejected and purged at once. Errors:
// usage (no such case, or it is decided already), no_permission (not a reviewer, certificate not valid, key not of that person).
Outcome decide(vault::CaseStore&, ledger::Ledger&, const policy::Policy&, const law::Resolved&, const Decision&,
               const crypto::PrivateKey&);

// Does the case carry confirmations, as many as the policy asks for, whose signatures verify today under the certificates of
// reviewers of the policy and cover the ciphertexts that lie there now?
bool has_valid_confirmation(vault::CaseStore&, const vault::CaseRow&, const policy::Policy&);

}  // namespace proviso::review
