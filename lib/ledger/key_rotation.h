// Another key for the ledger: the entry that says so is signed by both, and so is the checkpoint
// that covers it.
//
// The statement that both sign: "proviso ledger key rotation 1", the origin, the number of the
// entry, the old key and the new (hex), a line each.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "crypto/keys.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

KeyRotated rotation_of(std::string_view origin, std::uint64_t index, const crypto::PrivateKey& old,
                       const crypto::PrivateKey& next);
// Whether both keys signed that the entry of this number puts one in the other's place.
bool is_signed_by_both(const KeyRotated&, std::string_view origin, std::uint64_t index);

// The keys before `current`, newest first, as the rotations (entries of a verified log, oldest
// first) lead back from it.
std::vector<crypto::PublicKey> keys_before(const crypto::PublicKey& current,
                                           const std::vector<StoredEntry>& rotations,
                                           std::string_view origin);

}  // namespace proviso::ledger
