// Attestations: what a machine cannot know, a person answers for, signed and until a day.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "policy/fields.h"
#include "policy/policy.h"

namespace proviso::policy {

// Reads the items of an `attestations` list, of the policy or of a file of its own.
std::vector<Attestation> read_attestations(const Fields&, const std::vector<yaml::Node>& items);

// A signed attestation by a person of the policy. Error(usage) for a rule that the texts do not
// have or that no person can attest, an unknown person, one without the role, or a key that is not
// of the person's certificate; (no_permission) when the certificate is not valid now; (no_input)
// without the evidence.
Attestation attest(const Policy&, const law::Resolved&, std::string_view rule,
                   std::string_view person_id, std::string_view sign_key,
                   const std::filesystem::path& evidence, base::Date expires);

// Puts `added` into the policy's attestations file in place of an earlier one of the same rule and
// role; the file appears whole. Error(config) when the policy holds its attestations inline.
void write_attestation(const Policy&, const Attestation& added);
std::string attestations_text(const std::vector<Attestation>&,
                              const std::filesystem::path& directory);

}  // namespace proviso::policy
