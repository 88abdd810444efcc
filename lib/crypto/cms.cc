#include "crypto/cms.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "crypto/openssl.h"

namespace proviso::crypto {

namespace {

// OpenSSL's default for the key derivation of RFC 5753 is SHA-1; this sets SHA-256.
void add_recipient(CMS_ContentInfo* cms, const Certificate& recipient) {
  X509* certificate = recipient.impl().certificate.get();
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  CMS_RecipientInfo* info = CMS_add1_recipient_cert(cms, certificate, CMS_KEY_PARAM);
  if (info == nullptr)
    throw_openssl("cannot seal to " + recipient.common_name(), base::ExitCode::config);
  EVP_PKEY_CTX* context = CMS_RecipientInfo_get0_pkey_ctx(info);
  bool set = false;
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    set = context != nullptr &&
          EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
          EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
  } else if (EVP_PKEY_is_a(key, "EC") == 1) {
    set = context != nullptr && EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) == 1;
  }
  if (!set) {
    throw_openssl("cannot seal to this kind of certificate, expected P-256 or RSA",
                  base::ExitCode::config, recipient.common_name());
  }
}

base::Bytes to_der(CMS_ContentInfo* cms) {
  const UniqueBio out = writing_bio();
  if (i2d_CMS_bio(out.get(), cms) != 1) throw_openssl("cannot write the CMS message");
  const auto der = contents(out.get());
  return {der.begin(), der.end()};
}

UniqueCms from_der(std::span<const std::byte> der) {
  const UniqueBio in = reading_bio(der);
  return UniqueCms(d2i_CMS_bio(in.get(), nullptr));
}

}  // namespace

base::Bytes seal(std::span<const std::byte> plain,
                 const std::vector<const Certificate*>& recipients) {
  if (recipients.empty())
    throw base::Error(base::ExitCode::config, "nothing can be sealed to nobody");
  const UniqueCms cms(CMS_AuthEnvelopedData_create(EVP_aes_256_gcm()));
  if (!cms || CMS_set_detached(cms.get(), 0) != 1) {
    throw_openssl("CMS with AES-256-GCM is not available");
  }
  for (const Certificate* recipient : recipients) add_recipient(cms.get(), *recipient);
  const UniqueBio in = reading_bio(plain);
  if (CMS_final(cms.get(), in.get(), nullptr, CMS_BINARY) != 1) throw_openssl("cannot seal");
  return to_der(cms.get());
}

base::SecretBytes open_sealed(std::span<const std::byte> der, const PrivateKey& key,
                              const Certificate& certificate) {
  const UniqueCms cms = from_der(der);
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_id_smime_ct_authEnvelopedData) {
    openssl_reason();
    throw base::Error(base::ExitCode::data, "not a sealed envelope");
  }
  if (CMS_decrypt_set1_pkey(cms.get(), key.impl().key.get(),
                            certificate.impl().certificate.get()) != 1) {
    throw_openssl("this key does not open the envelope", base::ExitCode::no_permission,
                  certificate.common_name());
  }
  const UniqueBio out = writing_bio();
  if (CMS_decrypt(cms.get(), nullptr, nullptr, nullptr, out.get(), CMS_BINARY) != 1) {
    throw_openssl("the sealed envelope is damaged", base::ExitCode::data);
  }
  return base::SecretBytes(contents(out.get()));
}

base::Bytes sign_attached(std::span<const std::byte> content, const PrivateKey& key,
                          const Certificate& certificate) {
  constexpr unsigned kFlags = CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL;
  const UniqueBio in = reading_bio(content);
  const UniqueCms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags));
  if (!cms ||
      CMS_add1_signer(cms.get(), certificate.impl().certificate.get(), key.impl().key.get(),
                      EVP_sha256(), kFlags) == nullptr ||
      CMS_final(cms.get(), in.get(), nullptr, kFlags) != 1) {
    throw_openssl("cannot sign with this key and certificate", base::ExitCode::config,
                  certificate.common_name());
  }
  return to_der(cms.get());
}

}  // namespace proviso::crypto
