// The auditor's first question: was anything changed, removed, doubled, re-ordered or cut?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "crypto/keys.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

// What is wrong with a ledger; empty when nothing is.
struct Verification {
  Checkpoint checkpoint;
  std::string note;  // the same, as it is signed
  std::vector<base::Finding> findings;
  std::uint64_t unacknowledged_bytes =
      0;  // behind the checkpoint: no fault, cut at the next append
};

// Hashes every entry up to the root, whatever hashes are stored, and checks numbering, time order,
// that no event and no case is there twice, documents' digests, and each snapshot against the
// entries before it. Memory grows with the cases that live, not with the log. `remembered` is an
// earlier checkpoint (a signed note): the log must be an extension of it, so that a rollback shows.
Verification verify(const Ledger&, const crypto::PublicKey&,
                    const std::optional<std::string>& remembered);

}  // namespace proviso::ledger
