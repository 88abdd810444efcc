// Attestations: signed statements of people, with an expiry date, for rules that a machine cannot
// check.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "policy/people.h"

namespace proviso::yaml {
struct Node;
}
namespace proviso::law {
class Resolved;
}

namespace proviso::policy {

class Fields;
struct Policy;

struct Attestation {
  std::string rule, person;
  Role role = Role::dpo;
  base::Date date, expires;
  fs::path evidence;
  std::string evidence_sha256;
  std::string signature;  // base64, over attestation_statement()
};

// The text that an attestation's signature covers: RFC 8785 of {rule, person, role, date, expires,
// evidence_sha256}.
std::string attestation_statement(const Attestation&);
// Says why the attestation is not valid on that day; nullopt if it is. It must not have expired,
// the person must have the role, the evidence must be unchanged, and the signature must verify
// under the person's certificate.
std::optional<std::string> attestation_flaw(const Policy&, const Attestation&, base::Date today);

// Reads the items of an `attestations` list, of the policy or of a file of its own.
std::vector<Attestation> read_attestations(const Fields&, const std::vector<yaml::Node>& items);

// Makes an attestation and signs it. Throws Error(usage) if people do not attest the rule, the
// person is unknown or does not have the role, or the key does not belong to the person's
// certificate; Error(no_permission) if the certificate is not valid now; Error(no_input) if the
// evidence is missing.
Attestation attest(const Policy&, const law::Resolved&, std::string_view rule,
                   std::string_view person_id, std::string_view sign_key, const fs::path& evidence,
                   base::Date expires);

// Writes `added` to the policy's attestations file; it replaces an earlier attestation of the same
// rule and role. The file is replaced atomically. Throws Error(config) if the attestations are in
// the policy itself.
void write_attestation(const Policy&, const Attestation& added);
std::string attestations_text(const std::vector<Attestation>&, const fs::path& directory);

}  // namespace proviso::policy
