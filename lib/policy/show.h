// The policy as every tool sees it: defaults filled in, paths absolute, ceilings of the law and of
// `also` applied; and the part of it that outlives its people.
#pragma once

#include <string_view>

#include "json/json_fwd.h"

namespace proviso::law {
class Resolved;
}

namespace proviso::policy {

struct Policy;

// For `policy show --resolved`. Contains key URIs, without the PIN of a pkcs11: URI, and no key
// material.
json::OrderedJson resolved_json(const Policy&, const law::Resolved&);

// For the ledger, which keeps it for ever: the policy with its defaults, without keys, certificates
// and paths. Of people there is the number, the roles and a digest; of registers the digest of the
// file that was read; of attestations the person's number. Of texts, each word with an '@' in it is
// "[address]", and each id of a person "[person]". What is absent is left out.
// A person's digest is the SHA-256, hex, over RFC 8785 of {certificate_sha256, id, roles,
// training}: it says nothing to whoever does not have the certificate. `protected_accounts_sha256`
// is of that register as it was read, empty without one. Error(no_input, io) for a certificate that
// cannot be read.
json::Json without_people(const Policy&, const law::Resolved&,
                          std::string_view protected_accounts_sha256);

}  // namespace proviso::policy
