// A case package: zip -> CMS SignedData (attached) -> CMS AuthEnvelopedData. A recipient opens it
// with openssl and unzip alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "crypto/keys.h"

namespace proviso::report {

struct PackageFile {
  std::string name;  // plain ASCII, no directory
  base::Bytes bytes;
};

// OpenSSL's CMS wants the message in memory, about three times; a case beyond this is refused.
constexpr std::uint64_t kMaxPackageBytes = 512u << 20;

// "DIGEST  NAME" lines in the order of `files`, as sha256sum -c reads them.
std::string sha256sums(const std::vector<PackageFile>& files);
// A zip archive: deflated, every time stamp `at`, owner 0, order kept. Same input, same bytes.
// Error(software) when libarchive refuses.
base::Bytes zip(const std::vector<PackageFile>& files, base::Instant at);
// Signs the zip for the provider and seals it to the recipient. DER.
base::Bytes sign_and_seal(std::span<const std::byte> zip, const crypto::PrivateKey& signer,
                          const crypto::Certificate& signer_certificate,
                          const crypto::Certificate& recipient);

}  // namespace proviso::report
