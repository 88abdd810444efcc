#include "gate/oversight.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/mode.h"
#include "crypto/random.h"
#include "json/json.h"

namespace proviso::gate {

namespace {

// The text that is signed: RFC 8785 of {action, at, mode, person, reason, technology, version}.
std::string statement_text(const OversightStatement& s) {
  json::Json out = json::Json::object();
  out["action"] = std::string(to_string(s.act));
  out["at"] = base::to_string(s.at);
  out["mode"] = base::mode_word(s.rehearsal);
  out["person"] = s.person;
  if (!s.reason.empty()) out["reason"] = s.reason;
  out["technology"] = s.technology;
  out["version"] = s.version;
  return json::canonical(out);
}

}  // namespace

ledger::Overseen sign(const OversightStatement& s, const policy::Policy& policy,
                      const crypto::PrivateKey& key) {
  const auto refuse = [](std::string what) {
    throw base::Error(base::ExitCode::usage, std::move(what));
  };
  const policy::Technology* technology = policy.technology(s.technology);
  if (technology == nullptr)
    refuse(fmt::format("technology {} is not in the policy", s.technology));
  const policy::Person* person = policy.person(s.person);
  if (person == nullptr) refuse(fmt::format("person {} is not in the policy", s.person));
  if (person->roles.count(policy::Role::oversight) == 0) {
    refuse(fmt::format("person {} has no oversight role", s.person));
  }
  if (s.act == ledger::OversightAct::halt && s.reason.empty()) refuse("a halt needs a reason");
  if (s.reason.size() > kMaxReasonBytes)
    refuse(fmt::format("the reason is longer than {} bytes", kMaxReasonBytes));
  const crypto::Certificate certificate = crypto::Certificate::open(person->certificate);
  if (!certificate.valid_at(s.at)) {
    throw base::Error(
        base::ExitCode::no_permission,
        fmt::format("the certificate of {} is not valid at {}", s.person, base::to_string(s.at)),
        person->certificate.string());
  }
  OversightStatement full = s;
  full.version = technology->version;
  full.rehearsal = policy.rehearsal;
  const std::string text = statement_text(full);
  const base::Bytes signature = key.sign(text);
  if (!certificate.public_key().verify(text, signature)) {
    refuse(fmt::format("the key is not the one of {}'s certificate", s.person));
  }
  return {full.act,    full.technology,          full.version, person->number, full.at,
          full.reason, crypto::base64(signature)};
}

std::optional<OversightStatement> verified_statement(const ledger::Overseen& fact,
                                                     const policy::Policy& policy) {
  const auto signature = crypto::from_base64(fact.signature);
  if (!fact.at || !signature) return std::nullopt;
  OversightStatement s;
  s.act = fact.act;
  s.technology = fact.technology;
  s.version = fact.version;
  s.reason = fact.reason;
  s.rehearsal = policy.rehearsal;
  s.at = *fact.at;
  const auto person =
      std::find_if(policy.people.begin(), policy.people.end(), [&](const policy::Person& p) {
        return p.number == fact.person && p.roles.count(policy::Role::oversight) != 0;
      });
  if (person == policy.people.end()) return std::nullopt;
  std::error_code error;
  if (!std::filesystem::exists(person->certificate, error)) return std::nullopt;
  s.person = person->id;
  const crypto::Certificate certificate = crypto::Certificate::open(person->certificate);
  if (!certificate.valid_at(s.at) ||
      !certificate.public_key().verify(statement_text(s), *signature)) {
    return std::nullopt;
  }
  return s;
}

}  // namespace proviso::gate
