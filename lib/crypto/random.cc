#include "crypto/random.h"

#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <sodium/crypto_shorthash_siphash24.h>

#include <algorithm>
#include <memory>

#include "crypto/openssl.h"

namespace proviso::crypto {

namespace {

const unsigned char* octets(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* writable(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace

void random_bytes(std::span<std::byte> out) {
  // RAND_bytes() takes an int.
  while (!out.empty()) {
    const std::size_t part = std::min<std::size_t>(out.size(), 1u << 20);
    if (RAND_bytes(writable(out), static_cast<int>(part)) != 1) throw_openssl("no random bytes");
    out = out.subspan(part);
  }
}

std::string random_hex(std::size_t bytes) {
  base::Bytes random(bytes);
  random_bytes(random);
  return base::to_hex(random);
}

base::Sha256 sha256(std::initializer_list<std::string_view> parts) {
  // Fetched once a process, and one context a thread: for a short text OpenSSL needs longer for
  // these than to hash it.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const UniqueDigestContext context(EVP_MD_CTX_new());
  base::Sha256 digest{};
  bool done = algorithm != nullptr && context != nullptr &&
              EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1;
  for (const std::string_view part : parts)
    done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  if (!done || EVP_DigestFinal_ex(context.get(), writable(digest), nullptr) != 1)
    throw_openssl("SHA-256 failed");
  return digest;
}

base::Sha256 sha256(std::span<const std::byte> data) { return sha256({base::as_text(data)}); }

base::Sha256 sha256(std::string_view data) { return sha256({data}); }

std::string sha256_hex(std::string_view data) { return base::to_hex(sha256(data)); }

base::Sha256 hmac_sha256(std::span<const std::byte> key, std::string_view data) {
  base::Sha256 tag{};
  if (key.size() > 4096)
    throw base::Error(base::ExitCode::software, "HMAC key is longer than 4096 bytes");
  unsigned length = 0;
  // HMAC() reads a null key as "the same key as before".
  static const unsigned char none = 0;
  if (HMAC(EVP_sha256(), key.empty() ? &none : octets(key), static_cast<int>(key.size()),
           octets(base::as_bytes(data)), data.size(), writable(tag), &length) == nullptr ||
      length != tag.size()) {
    throw_openssl("HMAC-SHA-256 failed");
  }
  return tag;
}

base::SecretBytes hkdf_sha256(std::span<const std::byte> secret, std::string_view info) {
  const std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr));
  base::SecretBytes derived(sizeof(base::Sha256));
  std::size_t size = derived.size();
  if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) != 1 ||
      EVP_PKEY_CTX_set1_hkdf_key(context.get(), octets(secret), static_cast<int>(secret.size())) !=
          1 ||
      EVP_PKEY_CTX_add1_hkdf_info(context.get(), octets(base::as_bytes(info)),
                                  static_cast<int>(info.size())) != 1 ||
      EVP_PKEY_derive(context.get(), writable(derived.span()), &size) != 1 ||
      size != derived.size()) {
    throw_openssl("HKDF-SHA-256 failed");
  }
  return derived;
}

// By libsodium: each record of the stream costs a MAC or two, and OpenSSL needs longer to start one
// than libsodium to finish it.
SipTag siphash128(const SipKey& key, std::string_view data) {
  static_assert(crypto_shorthash_siphashx24_BYTES == std::tuple_size_v<SipTag>);
  static_assert(crypto_shorthash_siphashx24_KEYBYTES == std::tuple_size_v<SipKey>);
  SipTag tag{};
  crypto_shorthash_siphashx24(writable(tag), octets(base::as_bytes(data)), data.size(),
                              octets(key));
  return tag;
}

}  // namespace proviso::crypto
