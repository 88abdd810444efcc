#include "policy/attestations.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "json/json.h"
#include "law/instrument.h"
#include "policy/fields.h"
#include "policy/policy.h"

namespace proviso::policy {
namespace {

bool is_sha256(std::string_view text) {
  return text.size() == 64 && base::from_hex(text).has_value();
}

std::string yaml_string(std::string_view text) { return json::Json(std::string(text)).dump(); }

}  // namespace

std::vector<Attestation> read_attestations(const Fields& fields,
                                           const std::vector<yaml::Node>& items) {
  std::vector<Attestation> out;
  for (const yaml::Node& each : items) {
    fields.in.only(each, {"rule", "person", "role", "date", "expires", "evidence",
                          "evidence_sha256", "signature"});
    if (each.type != yaml::NodeType::map) continue;
    Attestation one;
    one.rule = fields.text(each, "rule");
    one.person = fields.text(each, "person");
    one.role = fields.word(each, "role", kRoles).value_or(Role::dpo);
    one.date = fields.require_date(each, "date").value_or(base::Date{});
    one.expires = fields.require_date(each, "expires").value_or(base::Date{});
    if (one.expires < one.date) fields.in.fail(each, "expires lies before date");
    // A changed or missing evidence file is a flaw of the attestation, not of the policy; the gate
    // reports it.
    one.evidence = fields.path(each, "evidence", Fields::Expect::nothing, true);
    one.evidence_sha256 = fields.text(each, "evidence_sha256");
    if (!one.evidence_sha256.empty() && !is_sha256(one.evidence_sha256)) {
      fields.in.fail(*each.find("evidence_sha256"), "evidence_sha256 is not 64 hex digits");
    }
    one.signature = fields.text(each, "signature");
    if (!one.signature.empty() && !crypto::from_base64(one.signature)) {
      fields.in.fail(*each.find("signature"), "signature is not base64");
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::string attestation_statement(const Attestation& a) {
  return json::canonical({{"rule", a.rule},
                          {"person", a.person},
                          {"role", std::string(to_string(a.role))},
                          {"date", base::to_string(a.date)},
                          {"expires", base::to_string(a.expires)},
                          {"evidence_sha256", a.evidence_sha256}});
}

std::optional<std::string> attestation_flaw(const Policy& policy, const Attestation& a,
                                            base::Date today) {
  if (today < a.date) return fmt::format("it is dated {}", base::to_string(a.date));
  if (a.expires < today) return fmt::format("it expired on {}", base::to_string(a.expires));
  const Person* person = policy.person(a.person);
  if (person == nullptr) return fmt::format("person {} is not in the policy", a.person);
  if (person->roles.count(a.role) == 0)
    return fmt::format("{} has no role {}", a.person, to_string(a.role));
  std::error_code error;
  if (!fs::is_regular_file(a.evidence, error))
    return fmt::format("evidence {} is missing", a.evidence.string());
  if (crypto::sha256_hex(base::read_file(a.evidence)) != a.evidence_sha256) {
    return fmt::format("evidence {} was changed since", a.evidence.string());
  }
  if (!fs::is_regular_file(person->certificate, error))
    return fmt::format("the certificate of {} is missing", a.person);
  const crypto::Certificate certificate = crypto::Certificate::open(person->certificate);
  if (!certificate.valid_at(base::start_of(a.date)) &&
      !certificate.valid_at(base::start_of(base::next_day(a.date)))) {
    return fmt::format("the certificate of {} was not valid on {}", a.person,
                       base::to_string(a.date));
  }
  const auto signature = crypto::from_base64(a.signature);
  if (!signature || !certificate.public_key().verify(attestation_statement(a), *signature)) {
    return fmt::format("the signature does not verify under the certificate of {}", a.person);
  }
  return std::nullopt;
}

Attestation attest(const Policy& policy, const law::Resolved& law, std::string_view rule,
                   std::string_view person_id, std::string_view sign_key, const fs::path& evidence,
                   base::Date expires) {
  const auto refuse = [](std::string what) {
    throw base::Error(base::ExitCode::usage, std::move(what));
  };
  const auto rules = law.attested_rules();
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const law::Rule* r) { return r->id == rule; });
  if (found == rules.end()) {
    std::string ids;
    for (const law::Rule* each : rules) ids += (ids.empty() ? "" : ", ") + each->id;
    refuse(fmt::format("rule {} is not one that a person attests, expected one of {}", rule, ids));
  }
  const auto role = parse_role((*found)->attested_by);
  if (!role)
    throw base::Error(base::ExitCode::software, fmt::format("rule {} names no role", rule));
  const Person* person = policy.person(person_id);
  if (person == nullptr) {
    refuse(fmt::format("person {} is not in the policy", person_id));
    return {};
  }
  if (person->roles.count(*role) == 0)
    refuse(fmt::format("{} has no role {}, which attests {}", person_id, to_string(*role), rule));
  const base::Date today = base::date_of(base::now());
  if (expires < today) refuse(fmt::format("{} lies in the past", base::to_string(expires)));
  const crypto::Certificate certificate = crypto::Certificate::open(person->certificate);
  if (!certificate.valid_at(base::now())) {
    throw base::Error(base::ExitCode::no_permission, "the certificate is not valid now",
                      person->certificate.string());
  }
  Attestation out;
  out.rule = rule;
  out.person = person_id;
  out.role = *role;
  out.date = today;
  out.expires = expires;
  out.evidence = fs::absolute(evidence).lexically_normal();
  out.evidence_sha256 = crypto::sha256_hex(base::read_file(evidence));
  const std::string statement = attestation_statement(out);
  const base::Bytes signature = crypto::PrivateKey::open(sign_key).sign(statement);
  if (!certificate.public_key().verify(statement, signature)) {
    refuse(fmt::format("the key is not the one of {}'s certificate", person_id));
  }
  out.signature = crypto::base64(signature);
  return out;
}

std::string attestations_text(const std::vector<Attestation>& all, const fs::path& directory) {
  std::string out =
      "# Attestations: what a person answers for, signed. Written by 'proviso policy attest'; "
      "proviso-policy(5).\n";
  if (all.empty()) return out + "[]\n";
  for (const Attestation& a : all) {
    const fs::path relative = a.evidence.lexically_relative(directory);
    const bool inside = !relative.empty() && *relative.begin() != "..";
    out += fmt::format(
        "- rule: {}\n  person: {}\n  role: {}\n  date: {}\n  expires: {}\n  evidence: {}\n", a.rule,
        yaml_string(a.person), to_string(a.role), base::to_string(a.date),
        base::to_string(a.expires), yaml_string((inside ? relative : a.evidence).string()));
    out += fmt::format("  evidence_sha256: \"{}\"\n  signature: {}\n", a.evidence_sha256,
                       yaml_string(a.signature));
  }
  return out;
}

void write_attestation(const Policy& policy, const Attestation& added) {
  if (policy.attestations_file.empty()) {
    throw base::Error(
        base::ExitCode::config, "the attestations stand inline, a file of their own was expected",
        policy.file.string(), "write 'attestations: attestations.yaml' into the policy");
  }
  std::vector<Attestation> all = policy.attestations;
  all.erase(std::remove_if(
                all.begin(), all.end(),
                [&](const Attestation& a) { return a.rule == added.rule && a.role == added.role; }),
            all.end());
  all.push_back(added);
  base::write_file_atomically(policy.attestations_file, attestations_text(all, policy.directory));
}

}  // namespace proviso::policy
