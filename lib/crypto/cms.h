// CMS (RFC 5652, RFC 5083): sealed envelopes and signed data.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
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

// SignedData, detached, binary, SHA-256, with the signer's certificate. DER.
base::Bytes sign_detached(std::span<const std::byte> content, const PrivateKey&,
                          const Certificate&);
bool verify_detached(std::span<const std::byte> content, std::span<const std::byte> der,
                     const Certificate& signer);

// SignedData that carries its content, otherwise as above: what a package's recipient opens with
// `openssl cms -verify`.
base::Bytes sign_attached(std::span<const std::byte> content, const PrivateKey&,
                          const Certificate&);
// The content, when `signer` signed it.
std::optional<base::Bytes> verify_attached(std::span<const std::byte> der,
                                           const Certificate& signer);

}  // namespace proviso::crypto
