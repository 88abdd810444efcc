#include "gate/oversight.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "crypto/random.h"
#include "ledger/events.h"

namespace proviso::gate {
namespace {

std::string text_of(const json::Json& data, const char* key) {
  const auto found = data.find(key);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string_view to_string(OversightAct act) {
  switch (act) {
    case OversightAct::oversee:
      return "oversee";
    case OversightAct::halt:
      return "halt";
    case OversightAct::resume:
      return "resume";
  }
  return "?";
}

std::string_view event_of(OversightAct act) {
  switch (act) {
    case OversightAct::oversee:
      return ledger::event::kOverseen;
    case OversightAct::halt:
      return ledger::event::kHalted;
    case OversightAct::resume:
      return ledger::event::kResumed;
  }
  return "?";
}

std::string statement_text(const OversightStatement& s) {
  json::Json out = json::Json::object();
  out["action"] = std::string(to_string(s.act));
  out["at"] = base::to_string(s.at);
  out["mode"] = s.rehearsal ? "rehearsal" : "production";
  out["person"] = s.person;
  if (!s.reason.empty()) out["reason"] = s.reason;
  out["technology"] = s.technology;
  out["version"] = s.version;
  return json::canonical(out);
}

ledger::Entry signed_entry(const OversightStatement& s, const policy::Policy& policy,
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
  if (s.act == OversightAct::halt && s.reason.empty()) refuse("a halt needs a reason");
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
  ledger::Entry entry;
  entry.event = event_of(s.act);
  entry.tool = "law";
  entry.data["technology"] = full.technology;
  entry.data["version"] = full.version;
  entry.data["person"] = person->number;
  entry.data["at"] = base::to_string(full.at);
  if (!full.reason.empty()) entry.data["reason"] = full.reason;
  entry.data["signature"] = crypto::base64(signature);
  return entry;
}

std::optional<OversightStatement> verified_statement(const ledger::StoredEntry& entry,
                                                     const policy::Policy& policy) {
  OversightStatement s;
  if (entry.event == ledger::event::kOverseen) {
    s.act = OversightAct::oversee;
  } else if (entry.event == ledger::event::kHalted) {
    s.act = OversightAct::halt;
  } else if (entry.event == ledger::event::kResumed) {
    s.act = OversightAct::resume;
  } else {
    return std::nullopt;
  }
  s.technology = text_of(entry.data, "technology");
  s.version = text_of(entry.data, "version");
  s.reason = text_of(entry.data, "reason");
  s.rehearsal = policy.rehearsal;
  const auto at = base::parse_instant(text_of(entry.data, "at"));
  const auto signature = crypto::from_base64(text_of(entry.data, "signature"));
  const auto number = entry.data.find("person");
  if (!at || !signature || number == entry.data.end() || !number->is_number_integer())
    return std::nullopt;
  s.at = *at;
  const auto person =
      std::find_if(policy.people.begin(), policy.people.end(), [&](const policy::Person& p) {
        return p.number == number->get<std::int64_t>() &&
               p.roles.count(policy::Role::oversight) != 0;
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
