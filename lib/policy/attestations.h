// Attestations: what a machine cannot know, a person answers for, signed and until a day.
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
// Why the attestation does not hold on that day; nullopt: it holds. It must not be expired, the
// person must have the role, the evidence must be unchanged, and the signature must verify under
// the person's certificate.
std::optional<std::string> attestation_flaw(const Policy&, const Attestation&, base::Date today);

// Reads the items of an `attestations` list, of the policy or of a file of its own.
std::vector<Attestation> read_attestations(const Fields&, const std::vector<yaml::Node>& items);

// A signed attestation by a person of the policy. Error(usage) for a rule that the texts do not
// have or that no person can attest, an unknown person, one without the role, or a key that is not
// of the person's certificate; (no_permission) when the certificate is not valid now; (no_input)
// without the evidence.
Attestation attest(const Policy&, const law::Resolved&, std::string_view rule,
                   std::string_view person_id, std::string_view sign_key, const fs::path& evidence,
                   base::Date expires);

// Puts `added` into the policy's attestations file in place of an earlier one of the same rule and
// role; the file appears whole. Error(config) when the policy holds its attestations inline.
void write_attestation(const Policy&, const Attestation& added);
std::string attestations_text(const std::vector<Attestation>&, const fs::path& directory);

}  // namespace proviso::policy
