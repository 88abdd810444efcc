// CMS (RFC 5652, RFC 5083): sealed envelopes and signed data. The functions keep no state and may
// be called by several threads at once.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "crypto/keys.h"

namespace proviso::crypto {

// Seals `plain` to each recipient: AuthEnvelopedData with AES-256-GCM, one recipient info per
// certificate (P-256: ephemeral ECDH; RSA: OAEP with SHA-256). Returns DER. Error(config) without a
// recipient, or for a certificate that cannot encrypt.
base::Bytes seal(std::span<const std::byte> plain,
                 const std::vector<const Certificate*>& recipients);
// Opens an envelope. Error(no_permission) if it is not sealed to this key and certificate,
// Error(data) if it is damaged.
base::SecretBytes open_sealed(std::span<const std::byte> der, const PrivateKey&,
                              const Certificate&);

// Signs `content`: SignedData with SHA-256 that carries the content and the signer's certificate.
// Returns DER. The recipient of a package opens it with `openssl cms -verify`. Error(config) if the
// key does not belong to the certificate.
base::Bytes sign_attached(std::span<const std::byte> content, const PrivateKey&,
                          const Certificate&);

}  // namespace proviso::crypto
