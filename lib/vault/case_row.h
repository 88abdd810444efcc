// A case as its plain columns have it, and the states that it can be in. No personal data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "base/words.h"
#include "ledger/words.h"

namespace proviso::vault {

using State = ledger::CaseState;
using PurgeReason = ledger::PurgeReason;
using ledger::to_string;

// The blob folder of the vault itself. A second host would have a folder and a name of its own.
constexpr std::string_view kLocalStore = "local";

// What set the end of a case.
enum class ExpiryRule {
  policy,   // the policy's period
  law,      // the law's period
  pending,  // the law's limit of the wait for review
  rejected  // a reviewer's decision
};
constexpr std::array<base::Word<ExpiryRule>, 4> kExpiryRules{{{ExpiryRule::policy, "policy"},
                                                              {ExpiryRule::law, "ST-02"},
                                                              {ExpiryRule::pending, "pending"},
                                                              {ExpiryRule::rejected, "rejected"}}};
constexpr std::string_view to_string(ExpiryRule rule) { return base::word_of(kExpiryRules, rule); }

// When a case ends, and why then.
struct Expiry {
  base::Instant expires_at;
  std::optional<base::Instant> ceiling;            // the law's while nobody has confirmed the case
  std::optional<base::Instant> confirmed_ceiling;  // the law's afterwards
  ExpiryRule rule = ExpiryRule::policy;
};

struct CaseRow {
  base::CaseId id;
  State state = State::pending;
  base::Instant identified_at, expires_at;
  std::optional<base::Instant> ceiling;            // the law's; expires_at never passes it
  std::optional<base::Instant> confirmed_ceiling;  // the law's once a human confirmed the case
  std::string technology, list, material_class;    // known | new | solicitation
  bool previously_identified = false;
  std::string service, region, kind;
  std::string blob;                          // file name in the store
  std::string evidence_blob;                 // the same for content.evidence; empty: none
  std::string envelope_sha256, blob_sha256;  // hex, of the ciphertexts
  std::string evidence_sha256;               // of evidence_blob's ciphertext; empty: none
  std::uint64_t bytes = 0;                   // plain size
  std::vector<std::string> purposes;         // live storage purposes, sorted
  std::string instrument;                    // under which it was made
  bool rehearsal = false;
  ExpiryRule expiry_rule = ExpiryRule::policy;  // what set expires_at
  // An open complaint holds the case against the policy's period, never past the ceiling.
  bool held = false;
  std::string origin;              // of the ledger that has its entries
  std::string store{kLocalStore};  // where its blobs are
};

}  // namespace proviso::vault
