// Looks at a case by the review role: each for a stated purpose, and in the ledger before the first
// byte is shown.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keys.h"
#include "json/json.h"
#include "media/decoder.h"
#include "policy/policy.h"
#include "review/statement.h"
#include "vault/case_store.h"

namespace proviso::review {

// A decision as the review role may read it.
struct ReadDecision {
  CheckedDecision decision;
  std::string reason;
};

// A case that the review key opened. The key must outlive it.
class View {
 public:
  // Tries each seal certificate of the policy with the key. Errors: no_input (no such case),
  // no_permission (the key does not open the policy's envelopes), data (planted or swapped case),
  // usage (the purpose is not live, ST-05).
  View(vault::CaseStore&, const policy::Policy&, const base::CaseId&, const crypto::PrivateKey&,
       const vault::Access&);

  const vault::CaseRow& row() const { return stored_.row; }
  const json::Json& metadata() const { return opened_.metadata; }
  // The original bytes, chunk by chunk.
  void content(const std::function<void(std::span<const std::byte>)>&) const;
  // What reviewers decided so far, with their reasons; records that do not verify are left out.
  // Error(no_permission) when a reason was sealed to a review role that this key does not have.
  std::vector<ReadDecision> decisions() const;
  // A small blurred grey PNG, made by the confined worker. Error(data) when the content cannot be
  // decoded.
  std::string preview(media::Decoder&) const;

 private:
  vault::CaseStore& store_;
  const policy::Policy& policy_;
  const crypto::PrivateKey& key_;
  crypto::Certificate certificate_;
  vault::StoredCase stored_;
  vault::Opened opened_;
};

// One case as plain columns, for `review list`: no key is needed and no look recorded.
json::OrderedJson listing(const vault::CaseRow&);

}  // namespace proviso::review
