// Statements of reviewers: what a decision's signature covers, how it is kept with the case, and
// how it is checked. FORMAT.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "crypto/keys.h"
#include "json/json.h"
#include "ledger/words.h"
#include "policy/policy.h"
#include "vault/case_store.h"

namespace proviso::review {

constexpr std::string_view kStatementType = "proviso/decision/1";
constexpr std::size_t kMaxReasonBytes = 4096;

using ledger::Verdict;

struct Decision {
  base::CaseId case_id;
  Verdict verdict = Verdict::reject;
  std::string person;  // id in the policy
  std::string reason;  // the reviewer's words: sealed to the review role, never in the ledger
  base::Instant at;
};

// A kept decision whose signature was checked.
struct CheckedDecision {
  Verdict verdict = Verdict::reject;
  int reviewer = 0;  // number in the policy when it was signed
  std::string key;   // the reviewer's public key, PEM: two reviewers have two keys
  base::Instant at;
  base::Bytes sealed_reason;  // CMS, to the review role
};

// Signs the statement with the person's key and returns the record that the vault keeps. Errors:
// usage (the reason's length, no UTF-8), no_permission (not a reviewer, certificate not valid at
// decision.at, key not that of the certificate).
json::Json sign(const Decision&, const vault::CaseRow&, const policy::Policy&,
                const crypto::PrivateKey&);

// nullopt for a record that is damaged, of another case or of other ciphertexts, or not signed by
// one who is a reviewer of the policy with a certificate that was valid at the instant it states.
std::optional<CheckedDecision> check(const json::Json& kept, const vault::CaseRow&,
                                     const policy::Policy&);

// The newest checked decision of each reviewer, in order of their instants.
std::vector<CheckedDecision> standing_decisions(const vault::CaseStore&, const vault::CaseRow&,
                                                const policy::Policy&);

}  // namespace proviso::review
