// Is this item in scope, and for which technologies? Decided from the record alone; its content is
// never opened here.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/content_kind.h"
#include "crypto/random.h"
#include "gate/gate.h"
#include "gate/item_facts.h"
#include "gate/protected_accounts.h"
#include "ndjson/record.h"
#include "ndjson/seal.h"

namespace proviso::gate {

struct Admitted {
  std::vector<std::string> technologies;             // names, policy order
  std::set<base::ContentKind> content;               // leaf kinds admitted
  std::string service, region;                       // region as given
  bool eu = false;                                   // user in the Union (EU or a member state)
  base::ContentKind kind = base::ContentKind::file;  // declared
};

// Stands in counts for each region outside the EEA that the item's service does not have.
constexpr std::string_view kOtherRegion = "other";

struct Verdict {
  std::optional<Admitted> admitted;
  std::optional<law::Refusal> refused;   // out of scope: leaves the stream, counted
  std::optional<base::ItemError> error;  // not a proper record
  std::string service, region, kind;     // for counts, as far as known ("" else)
};

// What is decided of these facts, for the technologies that are open. Never an error but a missing
// content.path.
Verdict decide(const ItemFacts&, const State&, const law::Resolved&);
// Both steps for one record.
Verdict judge(const ndjson::Record&, const State&, const policy::Policy&, const law::Resolved&,
              const ProtectedAccounts&);

// May a leaf of this detected kind be digested and decoded under what was admitted? Else the
// refusal (kind_mismatch).
std::optional<law::Refusal> leaf_refusal(base::ContentKind detected,
                                         const std::set<base::ContentKind>& admitted,
                                         const law::Resolved&);

// The `scope` member of an admitted record (RFC 8785, without mac) and what later stages read from
// it.
struct ScopeMember {
  base::Instant at;
  bool rehearsal = false;
  std::vector<std::string> technologies;
  std::set<base::ContentKind> content;
  std::string gate, run;
};
std::string to_member(const ScopeMember&);
base::Result<ScopeMember> read_scope(const ndjson::Record&);

// What hash, match and retain do first: seals of `stages`, gate digest, mode, staleness
// (`max_age`), pairs still open for the record's service. Item errors bad_seal, gate_changed,
// gate_closed, scope_stale.
base::Result<ScopeMember> admit_later(const ndjson::Record&,
                                      std::initializer_list<std::string_view> stages,
                                      const ndjson::SealKey&, const Gate&, const State&,
                                      base::Period max_age);

// The stream key as a SealKey.
std::unique_ptr<ndjson::SealKey> stream_seal_key(const std::string& uri);

}  // namespace proviso::gate
