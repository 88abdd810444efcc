// Random bytes, and digests and MACs of memory. Thread safe.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace proviso::crypto {

void random_bytes(std::span<std::byte> out);
std::string random_hex(std::size_t bytes);  // 2*bytes digits

base::Sha256 sha256(std::span<const std::byte> data);
base::Sha256 sha256(std::string_view data);
base::Sha256 sha256(std::initializer_list<std::string_view> parts);  // of one after the other
std::string sha256_hex(std::string_view data);
base::Sha256 hmac_sha256(std::span<const std::byte> key, std::string_view data);
// 32 bytes of HKDF-SHA-256 without salt (RFC 5869). `info` names what they are for.
base::SecretBytes hkdf_sha256(std::span<const std::byte> secret, std::string_view info);

std::string base64(std::span<const std::byte>);            // RFC 4648 section 4, padded
std::optional<base::Bytes> from_base64(std::string_view);  // nullopt for anything else

// SipHash-2-4 with 128-bit output (Aumasson, Bernstein), key of 16 bytes.
using SipKey = std::array<std::byte, 16>;
using SipTag = std::array<std::byte, 16>;
SipTag siphash128(const SipKey& key, std::string_view data);

}  // namespace proviso::crypto
