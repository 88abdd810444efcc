// CMS (RFC 5652, RFC 5083): sealed envelopes and signed data.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "crypto/keys.h"

namespace proviso::crypto {

// AuthEnvelopedData, AES-256-GCM content encryption, one recipient info per certificate (P-256:
// ECDH ephemeral; RSA: OAEP SHA-256). DER.
base::Bytes seal(std::span<const std::byte> plain,
                 const std::vector<const Certificate*>& recipients);
// Error(no_permission) when the key opens none of the recipients, Error(data) when the envelope is
// damaged.
base::SecretBytes open_sealed(std::span<const std::byte> der, const PrivateKey&,
                              const Certificate&);

// SignedData that carries its content, binary, SHA-256, with the signer's certificate. DER. A
// package's recipient opens it with `openssl cms -verify`.
base::Bytes sign_attached(std::span<const std::byte> content, const PrivateKey&,
                          const Certificate&);

}  // namespace proviso::crypto
