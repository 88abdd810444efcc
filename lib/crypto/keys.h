// Keys, certificates, signatures.
//
// A key URI is "file:PATH", a path, or "pkcs11:..." (through libengine-pkcs11-openssl). Ledger and
// index use Ed25519. Certificates of people, of the review role and for packages use ECDSA P-256
// with SHA-256, or RSA of 3072 bits and more.
//
// Const functions may be called by several threads at once.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/instant.h"

namespace proviso::crypto {

// A private key. open() throws Error(no_input) if there is no such file, Error(config) if it is not
// a key of a known kind.
class PrivateKey {
 public:
  static PrivateKey open(std::string_view uri);
  static PrivateKey generate_ed25519();
  static PrivateKey generate_p256();
  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  ~PrivateKey();

  base::SecretBytes to_pem() const;  // PKCS#8
  std::string public_pem() const;    // SubjectPublicKeyInfo
  bool is_ed25519() const;
  // Ed25519: pure signature (64 bytes). ECDSA: DER over SHA-256. RSA: PSS over SHA-256.
  base::Bytes sign(std::string_view message) const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit PrivateKey(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

// A public key, from PEM (SubjectPublicKeyInfo), a private key or a certificate.
class PublicKey {
 public:
  static PublicKey open(const std::filesystem::path&);
  static PublicKey from_pem(std::string_view pem);
  static PublicKey from_raw(std::span<const std::byte>);  // the 32 bytes of an Ed25519 key
  static PublicKey of(const PrivateKey&);
  PublicKey(PublicKey&&) noexcept;
  PublicKey& operator=(PublicKey&&) noexcept;
  ~PublicKey();

  bool verify(std::string_view message, std::span<const std::byte> signature) const;
  base::Bytes raw() const;  // the 32 bytes of an Ed25519 key; Error(config) for another kind
  std::string pem() const;

  struct Impl;

 private:
  friend class Certificate;
  explicit PublicKey(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

// An X.509 certificate, used as a pinned public key with a period of validity. The policy names it;
// no chain is built.
class Certificate {
 public:
  static Certificate open(const std::filesystem::path&);  // PEM
  static Certificate from_pem(std::string_view pem, std::string_view name);
  // Self-signed, for `init` and tests.
  static Certificate self_signed(const PrivateKey&, std::string_view common_name,
                                 base::Instant from, base::Instant to);
  Certificate(Certificate&&) noexcept;
  Certificate& operator=(Certificate&&) noexcept;
  ~Certificate();

  PublicKey public_key() const;
  std::string fingerprint() const;  // SHA-256 of the DER, hex
  std::string common_name() const;
  std::string pem() const;
  bool valid_at(base::Instant) const;
  base::Instant not_after() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit Certificate(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace proviso::crypto
