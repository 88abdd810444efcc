// OpenSSL's objects as values, private to this room.
#pragma once

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/keys.h"

namespace proviso::crypto {

template <auto Free>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using UniquePkey = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using UniqueX509 = std::unique_ptr<X509, OpensslFree<X509_free>>;
using UniqueBio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using UniqueCms = std::unique_ptr<CMS_ContentInfo, OpensslFree<CMS_ContentInfo_free>>;
using UniqueDigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using UniqueCipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpensslFree<EVP_CIPHER_CTX_free>>;

// Throws `what` with OpenSSL's own reason added, and clears OpenSSL's error queue.
[[noreturn]] void throw_openssl(std::string_view what,
                                base::ExitCode code = base::ExitCode::software,
                                std::string_view where = {});
// The newest reason of OpenSSL's error queue, in words; clears the queue.
std::string openssl_reason();

// A BIO that reads `bytes`, which must outlive it. Error(data) beyond 2 GiB, the largest size that
// OpenSSL's BIO takes.
UniqueBio reading_bio(std::span<const std::byte> bytes);
// A BIO in memory whose contents are wiped when it is freed.
UniqueBio writing_bio();
std::span<const std::byte> contents(BIO* bio);

// Error(config) unless the key is Ed25519, P-256 or RSA of 3072 bits and more.
void require_known_key(EVP_PKEY* key, std::string_view where);

// A private key in a PKCS#11 token. Error(config) if the engine or the key is missing.
UniquePkey open_pkcs11(const std::string& uri);

struct PrivateKey::Impl {
  UniquePkey key;
};
struct PublicKey::Impl {
  UniquePkey key;
};
struct Certificate::Impl {
  UniqueX509 certificate;
};

}  // namespace proviso::crypto
