// The signed head of the log: a C2SP tlog-checkpoint in a C2SP signed note.
#pragma once

#include <string>
#include <string_view>

#include "crypto/keys.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

// "origin\nsize\nbase64(root)\n\n— origin base64(key hash || Ed25519 signature)\n". One that hands
// over to another key has a line more before the empty one: "next base64(key)".
// `public_key` is that of the private one.
std::string sign_checkpoint(const Checkpoint&, const crypto::PrivateKey&,
                            const crypto::PublicKey& public_key);
// The note with the signature of one more key, after the others.
std::string sign_too(std::string_view note, const Checkpoint&, const crypto::PrivateKey&);
// Throws base::Error(check_failed) when the note is malformed or its signature does not verify.
Checkpoint verify_checkpoint(std::string_view note, const crypto::PublicKey&,
                             std::string_view name);

}  // namespace proviso::ledger
