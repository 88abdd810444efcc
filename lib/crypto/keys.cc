#include "crypto/keys.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/openssl.h"

namespace proviso::crypto {

namespace {

using UniqueStore = std::unique_ptr<OSSL_STORE_CTX, OpensslFree<OSSL_STORE_close>>;
using UniqueStoreInfo = std::unique_ptr<OSSL_STORE_INFO, OpensslFree<OSSL_STORE_INFO_free>>;

constexpr int kLeastRsaBits = 3072;

// "file:PATH", "file:///PATH" and a path name the same file.
std::filesystem::path path_of(std::string_view uri) {
  if (uri.rfind("file:", 0) == 0) {
    uri.remove_prefix(5);
    if (uri.rfind("//", 0) == 0) {
      uri.remove_prefix(2);
      if (uri.rfind("localhost/", 0) == 0) uri.remove_prefix(9);
      if (uri.empty() || uri.front() != '/') {
        throw base::Error(base::ExitCode::config, "a file URI names no other host",
                          std::string(uri));
      }
    }
  }
  return std::filesystem::path(uri);
}

UniquePkey open_file(std::string_view uri) {
  const std::filesystem::path path = path_of(uri);
  const base::SecretBytes text = base::read_secret_file(path);
  const UniqueBio bio = reading_bio(text.span());
  // A passphrase is asked for on a terminal only.
  const UI_METHOD* prompt = isatty(STDERR_FILENO) != 0 ? UI_get_default_method() : UI_null();
  const UniqueStore store(OSSL_STORE_attach(bio.get(), "file", nullptr, nullptr, prompt, nullptr,
                                            nullptr, nullptr, nullptr));
  if (!store) throw_openssl("not a private key", base::ExitCode::config, path.native());
  OSSL_STORE_expect(store.get(), OSSL_STORE_INFO_PKEY);
  while (OSSL_STORE_eof(store.get()) == 0) {
    const UniqueStoreInfo info(OSSL_STORE_load(store.get()));
    if (!info) {
      if (OSSL_STORE_error(store.get()) != 0) break;
      continue;
    }
    if (OSSL_STORE_INFO_get_type(info.get()) == OSSL_STORE_INFO_PKEY) {
      return UniquePkey(OSSL_STORE_INFO_get1_PKEY(info.get()));
    }
  }
  throw_openssl("not a private key", base::ExitCode::config, path.native());
}

std::string public_pem_of(EVP_PKEY* key) {
  const UniqueBio bio = writing_bio();
  if (PEM_write_bio_PUBKEY(bio.get(), key) != 1) throw_openssl("cannot write the public key");
  return std::string(base::as_text(contents(bio.get())));
}

bool is_ed25519_key(EVP_PKEY* key) { return EVP_PKEY_is_a(key, "ED25519") == 1; }

// Sets SHA-256, and PSS for RSA; Ed25519 hashes by itself.
const EVP_MD* digest_for(EVP_PKEY* key) { return is_ed25519_key(key) ? nullptr : EVP_sha256(); }

bool set_padding(EVP_PKEY* key, EVP_PKEY_CTX* context) {
  if (EVP_PKEY_is_a(key, "RSA") != 1) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

void require_known_key(EVP_PKEY* key, std::string_view where) {
  bool known = is_ed25519_key(key);
  if (EVP_PKEY_is_a(key, "RSA") == 1) known = EVP_PKEY_get_bits(key) >= kLeastRsaBits;
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    char group[80];
    std::size_t length = 0;
    known = EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
            std::string_view(group, length) == SN_X9_62_prime256v1;
  }
  if (!known) {
    throw base::Error(
        base::ExitCode::config,
        "key is of another kind: expected Ed25519, P-256, or RSA of 3072 bits or more",
        std::string(where));
  }
}

PrivateKey::PrivateKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

PrivateKey PrivateKey::open(std::string_view uri) {
  UniquePkey key = uri.rfind("pkcs11:", 0) == 0 ? open_pkcs11(std::string(uri)) : open_file(uri);
  require_known_key(key.get(), uri.rfind("pkcs11:", 0) == 0 ? "pkcs11 key" : uri);
  return PrivateKey(std::unique_ptr<Impl>(new Impl{std::move(key)}));
}

PrivateKey PrivateKey::generate_ed25519() {
  UniquePkey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) throw_openssl("cannot make an Ed25519 key");
  return PrivateKey(std::unique_ptr<Impl>(new Impl{std::move(key)}));
}

PrivateKey PrivateKey::generate_p256() {
  UniquePkey key(EVP_EC_gen("P-256"));
  if (!key) throw_openssl("cannot make a P-256 key");
  return PrivateKey(std::unique_ptr<Impl>(new Impl{std::move(key)}));
}

base::SecretBytes PrivateKey::to_pem() const {
  const UniqueBio bio = writing_bio();
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1) {
    throw_openssl("cannot write the private key");
  }
  return base::SecretBytes(contents(bio.get()));
}

std::string PrivateKey::public_pem() const { return public_pem_of(impl_->key.get()); }
bool PrivateKey::is_ed25519() const { return is_ed25519_key(impl_->key.get()); }

base::Bytes PrivateKey::sign(std::string_view message) const {
  EVP_PKEY* key = impl_->key.get();
  const UniqueDigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  const auto* text = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  if (!context ||
      EVP_DigestSignInit(context.get(), &settings, digest_for(key), nullptr, key) != 1 ||
      !set_padding(key, settings) ||
      EVP_DigestSign(context.get(), nullptr, &size, text, message.size()) != 1) {
    throw_openssl("cannot sign");
  }
  base::Bytes signature(size);
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, text,
                     message.size()) != 1) {
    throw_openssl("cannot sign");
  }
  signature.resize(size);
  return signature;
}

PublicKey::PublicKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey& PublicKey::operator=(PublicKey&&) noexcept = default;
PublicKey::~PublicKey() = default;

PublicKey PublicKey::open(const std::filesystem::path& path) {
  const std::string text = base::read_file(path);
  if (text.find("-----BEGIN CERTIFICATE-----") != std::string::npos) {
    return Certificate::from_pem(text, path.native()).public_key();
  }
  const UniqueBio bio = reading_bio(base::as_bytes(text));
  UniquePkey key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!key) throw_openssl("not a public key in PEM", base::ExitCode::config, path.native());
  require_known_key(key.get(), path.native());
  return PublicKey(std::unique_ptr<Impl>(new Impl{std::move(key)}));
}

PublicKey PublicKey::from_pem(std::string_view pem) {
  const UniqueBio bio = reading_bio(base::as_bytes(pem));
  UniquePkey key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!key) throw_openssl("not a public key in PEM", base::ExitCode::config);
  require_known_key(key.get(), {});
  return PublicKey(std::unique_ptr<Impl>(new Impl{std::move(key)}));
}

PublicKey PublicKey::from_raw(std::span<const std::byte> raw) {
  UniquePkey key(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(raw.data()), raw.size()));
  if (!key) throw_openssl("not an Ed25519 public key", base::ExitCode::config);
  return PublicKey(std::unique_ptr<Impl>(new Impl{std::move(key)}));
}

PublicKey PublicKey::of(const PrivateKey& key) { return from_pem(key.public_pem()); }

bool PublicKey::verify(std::string_view message, std::span<const std::byte> signature) const {
  EVP_PKEY* key = impl_->key.get();
  const UniqueDigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  if (!context ||
      EVP_DigestVerifyInit(context.get(), &settings, digest_for(key), nullptr, key) != 1 ||
      !set_padding(key, settings)) {
    throw_openssl("cannot verify");
  }
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(message.data()),
                          message.size()) == 1;
}

base::Bytes PublicKey::raw() const {
  base::Bytes raw(32);
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(impl_->key.get(), reinterpret_cast<unsigned char*>(raw.data()),
                                  &size) != 1 ||
      size != raw.size()) {
    throw_openssl("not an Ed25519 key", base::ExitCode::config);
  }
  return raw;
}

std::string PublicKey::pem() const { return public_pem_of(impl_->key.get()); }

}  // namespace proviso::crypto
