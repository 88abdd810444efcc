// The certificates of the review role, to which cases are sealed.
#pragma once

#include <optional>

#include "crypto/keys.h"
#include "policy/policy.h"

namespace proviso::policy {

// That of the policy's keys.seal which belongs to the key; nullopt: none. Error(no_input) or
// Error(config) for a certificate that cannot be read.
std::optional<crypto::Certificate> seal_certificate_of(const Policy&, const crypto::PrivateKey&);

}  // namespace proviso::policy
