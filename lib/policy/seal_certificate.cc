#include "policy/seal_certificate.h"

#include <string>
#include <utility>

namespace proviso::policy {

std::optional<crypto::Certificate> seal_certificate_of(const Policy& policy,
                                                       const crypto::PrivateKey& key) {
  const std::string mine = key.public_pem();
  for (const fs::path& path : policy.seal_certificates) {
    crypto::Certificate certificate = crypto::Certificate::open(path);
    if (certificate.public_key().pem() == mine)
      return std::optional<crypto::Certificate>(std::move(certificate));
  }
  return std::nullopt;
}

}  // namespace proviso::policy
