#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "base/file.h"
#include "crypto/keys.h"
#include "crypto/openssl.h"
#include "crypto/random.h"

namespace proviso::crypto {

namespace {

base::Instant instant_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1)
    throw_openssl("certificate has no proper date", base::ExitCode::config);
  return base::Instant{static_cast<std::int64_t>(timegm(&parts))};
}

void add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  using UniqueExtension = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
  const UniqueExtension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
    throw_openssl("cannot make the certificate");
  }
}

void set_random_serial(X509* certificate) {
  std::array<std::byte, 16> serial{};
  random_bytes(serial);
  serial[0] &= std::byte{0x7f};  // positive (RFC 5280 4.1.2.2)
  serial[0] |= std::byte{0x01};
  using UniqueBignum = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;
  const UniqueBignum number(BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()),
                                      static_cast<int>(serial.size()), nullptr));
  if (!number || BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr) {
    throw_openssl("cannot make the certificate");
  }
}

}  // namespace

Certificate::Certificate(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Certificate::Certificate(Certificate&&) noexcept = default;
Certificate& Certificate::operator=(Certificate&&) noexcept = default;
Certificate::~Certificate() = default;

Certificate Certificate::open(const std::filesystem::path& path) {
  return from_pem(base::read_file(path), path.native());
}

Certificate Certificate::from_pem(std::string_view pem, std::string_view name) {
  const UniqueBio bio = reading_bio(base::as_bytes(pem));
  UniqueX509 certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) throw_openssl("not a certificate in PEM", base::ExitCode::config, name);
  EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  if (key == nullptr) throw_openssl("certificate has no usable key", base::ExitCode::config, name);
  require_known_key(key, name);
  return Certificate(std::unique_ptr<Impl>(new Impl{std::move(certificate)}));
}

Certificate Certificate::self_signed(const PrivateKey& key, std::string_view common_name,
                                     base::Instant from, base::Instant to) {
  UniqueX509 certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1)
    throw_openssl("cannot make the certificate");
  set_random_serial(certificate.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  if (ASN1_TIME_set(X509_getm_notBefore(certificate.get()),
                    static_cast<std::time_t>(from.seconds)) == nullptr ||
      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), static_cast<std::time_t>(to.seconds)) ==
          nullptr ||
      X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common_name.data()),
                                 static_cast<int>(common_name.size()), -1, 0) != 1 ||
      X509_set_issuer_name(certificate.get(), name) != 1 ||
      X509_set_pubkey(certificate.get(), key.impl().key.get()) != 1) {
    throw_openssl("cannot make the certificate");
  }
  add_extension(certificate.get(), NID_subject_key_identifier, "hash");
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), NID_key_usage,
                EVP_PKEY_is_a(key.impl().key.get(), "RSA") == 1
                    ? "critical,digitalSignature,keyEncipherment"
                : key.is_ed25519() ? "critical,digitalSignature"
                                   : "critical,digitalSignature,keyAgreement");
  if (X509_sign(certificate.get(), key.impl().key.get(),
                key.is_ed25519() ? nullptr : EVP_sha256()) == 0) {
    throw_openssl("cannot sign the certificate");
  }
  return Certificate(std::unique_ptr<Impl>(new Impl{std::move(certificate)}));
}

PublicKey Certificate::public_key() const {
  UniquePkey key(X509_get_pubkey(impl_->certificate.get()));
  if (!key) throw_openssl("certificate has no usable key", base::ExitCode::config);
  return PublicKey(std::unique_ptr<PublicKey::Impl>(new PublicKey::Impl{std::move(key)}));
}

std::string Certificate::fingerprint() const {
  base::Sha256 digest{};
  unsigned length = 0;
  if (X509_digest(impl_->certificate.get(), EVP_sha256(),
                  reinterpret_cast<unsigned char*>(digest.data()), &length) != 1 ||
      length != digest.size()) {
    throw_openssl("cannot digest the certificate");
  }
  return base::to_hex(digest);
}

std::string Certificate::common_name() const {
  X509_NAME* name = X509_get_subject_name(impl_->certificate.get());
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int length =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (length < 0) throw_openssl("certificate has no proper name", base::ExitCode::config);
  std::string common(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
  OPENSSL_free(text);
  return common;
}

std::string Certificate::pem() const {
  const UniqueBio bio = writing_bio();
  if (PEM_write_bio_X509(bio.get(), impl_->certificate.get()) != 1)
    throw_openssl("cannot write the certificate");
  return std::string(base::as_text(contents(bio.get())));
}

bool Certificate::valid_at(base::Instant at) const {
  return instant_of(X509_get0_notBefore(impl_->certificate.get())) <= at && at <= not_after();
}

base::Instant Certificate::not_after() const {
  return instant_of(X509_get0_notAfter(impl_->certificate.get()));
}

}  // namespace proviso::crypto
