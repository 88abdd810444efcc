#include "crypto/random.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>

#include "crypto/openssl.h"

namespace proviso::crypto {

namespace {

using UniqueMacContext = std::unique_ptr<EVP_MAC_CTX, OpensslFree<EVP_MAC_CTX_free>>;
using UniqueMac = std::unique_ptr<EVP_MAC, OpensslFree<EVP_MAC_free>>;

const unsigned char* octets(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* writable(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

UniqueMacContext new_siphash_context() {
  const UniqueMac mac(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr));
  if (!mac) throw_openssl("SipHash is not available");
  UniqueMacContext context(EVP_MAC_CTX_new(mac.get()));
  std::size_t size = sizeof(SipTag);
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                   OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_CTX_set_params(context.get(), parameters) != 1) {
    throw_openssl("SipHash with 128 bits is not available");
  }
  return context;
}

}  // namespace

void random_bytes(std::span<std::byte> out) {
  // RAND_bytes counts in int.
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

base::Sha256 sha256(std::span<const std::byte> data) {
  base::Sha256 digest{};
  if (EVP_Digest(data.data(), data.size(), writable(digest), nullptr, EVP_sha256(), nullptr) != 1) {
    throw_openssl("SHA-256 failed");
  }
  return digest;
}

base::Sha256 sha256(std::string_view data) { return sha256(base::as_bytes(data)); }

std::string sha256_hex(std::string_view data) { return base::to_hex(sha256(data)); }

base::Sha256 hmac_sha256(std::span<const std::byte> key, std::string_view data) {
  base::Sha256 tag{};
  if (key.size() > 4096)
    throw base::Error(base::ExitCode::software, "HMAC key is longer than 4096 bytes");
  unsigned length = 0;
  // HMAC() takes a null key for "as before".
  static const unsigned char none = 0;
  if (HMAC(EVP_sha256(), key.empty() ? &none : octets(key), static_cast<int>(key.size()),
           octets(base::as_bytes(data)), data.size(), writable(tag), &length) == nullptr ||
      length != tag.size()) {
    throw_openssl("HMAC-SHA-256 failed");
  }
  return tag;
}

SipTag siphash128(const SipKey& key, std::string_view data) {
  // Fetching the algorithm costs more than the MAC of a record: once a thread.
  thread_local const UniqueMacContext context = new_siphash_context();
  SipTag tag{};
  std::size_t length = 0;
  if (EVP_MAC_init(context.get(), octets(key), key.size(), nullptr) != 1 ||
      EVP_MAC_update(context.get(), octets(base::as_bytes(data)), data.size()) != 1 ||
      EVP_MAC_final(context.get(), writable(tag), &length, tag.size()) != 1 ||
      length != tag.size()) {
    throw_openssl("SipHash failed");
  }
  return tag;
}

bool equal(std::span<const std::byte> a, std::span<const std::byte> b) {
  if (a.size() != b.size()) return false;
  return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace proviso::crypto
