#include "review/decision.h"

#include <fmt/format.h>

#include <set>

#include "crypto/random.h"
#include "json/json.h"
#include "ledger/events.h"
#include "vault/purge.h"

namespace proviso::review {
namespace {

constexpr std::size_t kMaxReasonBytes = 4096;

const policy::Person& reviewer(const policy::Policy& policy, const std::string& id) {
  const policy::Person* const person = policy.person(id);
  if (person == nullptr || person->roles.count(policy::Role::reviewer) == 0) {
    throw base::Error(base::ExitCode::no_permission, fmt::format("'{}' is no reviewer of the policy", id));
  }
  return *person;
}

// A kept decision: {statement, signature}. Its verdict and person when the signature is right and covers this case as it lies.
struct Kept {
  Verdict verdict;
  std::string person;
};

std::optional<Kept> verified(const json::Json& kept, const vault::CaseRow& row, const policy::Policy& policy) {
  const std::string text = kept.value("statement", std::string());
  const auto signature = crypto::from_base64(kept.value("signature", std::string()));
  if (!signature) return std::nullopt;
  const json::Json stated = json::parse(text, "decision");
  const auto field = [&](const char* name) { return stated.value(name, std::string()); };
  if (field("case") != row.id.value || field("envelope_sha256") != row.envelope_sha256 || field("blob_sha256") != row.blob_sha256) {
    return std::nullopt;
  }
  const policy::Person* const person = policy.person(field("person"));
  const auto verdict = parse_verdict(field("decision"));
  const auto at = base::parse_instant(field("at"));
  if (person == nullptr || person->roles.count(policy::Role::reviewer) == 0 || !verdict || !at) return std::nullopt;
  const crypto::Certificate certificate = crypto::Certificate::open(person->certificate);
  if (!certificate.valid_at(*at) || !certificate.public_key().verify(text, *signature)) return std::nullopt;
  return Kept{*verdict, person->id};
}

// Reviewers who have confirmed with a signature that still verifies, by verdict.
std::set<std::string> confirmed_by(vault::CaseStore& store, const vault::CaseRow& row, const policy::Policy& policy, Verdict verdict) {
  std::set<std::string> people;
  for (const json::Json& kept : store.decisions(row.id)) {
    const auto decision = verified(kept, row, policy);
    if (decision && decision->verdict == verdict) people.insert(decision->person);
  }
  return people;
}

base::Instant confirmed_end(const vault::CaseRow& row, const policy::Policy& policy, const law::Resolved& law, std::string& rule) {
  base::Instant end = base::add(row.identified_at, policy.retention_confirmed);
  rule = "policy";
  if (const auto ceiling = law.ceiling(row.identified_at, true); ceiling && *ceiling <= end) {
    end = *ceiling;
    rule = "ST-02";
  }
  return end;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::confirm: return "confirm";
    case Verdict::confirm_as_new: return "confirm-as-new";
    case Verdict::reject: return "reject";
  }
  return "reject";
}

std::optional<Verdict> parse_verdict(std::string_view text) {
  for (const Verdict verdict : {Verdict::confirm, Verdict::confirm_as_new, Verdict::reject}) {
    if (to_string(verdict) == text) return verdict;
  }
  return std::nullopt;
}

std::string statement(const Decision& decision, const vault::CaseRow& row) {
  return json::canonical({{"case", decision.case_id.value},
                          {"decision", to_string(decision.verdict)},
                          {"person", decision.person},
                          {"at", base::to_string(decision.at)},
                          {"reason_sha256", crypto::sha256_hex(decision.reason)},
                          {"envelope_sha256", row.envelope_sha256},
                          {"blob_sha256", row.blob_sha256}});
}

Outcome decide(vault::CaseStore& store, ledger::Ledger& ledger, const policy::Policy& policy, const law::Resolved& law,
               const Decision& decision, const crypto::PrivateKey& key) {
  const auto row = store.find(decision.case_id);
  if (!row) throw base::Error(base::ExitCode::no_input, "no such case", decision.case_id.value);
  if (row->state != vault::State::suspected) {
    throw base::Error(base::ExitCode::usage, fmt::format("the case is {}; only a suspected case is decided", vault::to_string(row->state)),
                      decision.case_id.value);
  }
  if (decision.reason.empty() || decision.reason.size() > kMaxReasonBytes) {
    throw base::Error(base::ExitCode::usage, fmt::format("a reason of 1 to {} bytes was expected", kMaxReasonBytes), "--reason");
  }
  const policy::Person& person = reviewer(policy, decision.person);
  const crypto::Certificate certificate = crypto::Certificate::open(person.certificate);
  if (!certificate.valid_at(decision.at)) {
    throw base::Error(base::ExitCode::no_permission, fmt::format("the certificate of {} is not valid on {}", person.id, base::to_string(decision.at)),
                      person.certificate.string());
  }
  const std::string text = statement(decision, *row);
  const base::Bytes signature = key.sign(text);
  if (!certificate.public_key().verify(text, signature)) {
    throw base::Error(base::ExitCode::no_permission, fmt::format("the key is not that of {}'s certificate", person.id), person.certificate.string());
  }
  store.keep_decision(row->id, {{"statement", text}, {"signature", crypto::base64(signature)}});

  // No word of the reason: it may hold personal data, and the ledger outlives the case.
  const json::Json entry{{"case", row->id.value},          {"decision", to_string(decision.verdict)}, {"reviewer", person.number},
                         {"technology", row->technology},  {"class", row->material_class},           {"service", row->service},
                         {"region", row->region},          {"kind", row->kind}};
  Outcome outcome;
  if (decision.verdict == Verdict::reject) {
    store.move(row->id, vault::State::rejected, ledger::event::kCaseDecided, entry, "review");
    vault::purge_case(store, ledger, row->id, "rejected", law.refusal("ST-01", "not confirmed"));
    outcome.state = vault::State::purged;
    return outcome;
  }
  const std::size_t needed = policy.four_eyes ? 2 : 1;
  if (confirmed_by(store, *row, policy, decision.verdict).size() < needed) {
    outcome.waits_for_second = true;
    outcome.expires_at = row->expires_at;
    return outcome;
  }
  std::string rule;
  const base::Instant end = confirmed_end(*row, policy, law, rule);
  outcome.state = decision.verdict == Verdict::confirm ? vault::State::confirmed : vault::State::confirmed_as_new;
  store.move(row->id, outcome.state, ledger::event::kCaseDecided, entry, "review", end, rule);
  outcome.expires_at = store.find(row->id)->expires_at;
  return outcome;
}

bool has_valid_confirmation(vault::CaseStore& store, const vault::CaseRow& row, const policy::Policy& policy) {
  const std::size_t needed = policy.four_eyes ? 2 : 1;
  return confirmed_by(store, row, policy, Verdict::confirm).size() >= needed ||
         confirmed_by(store, row, policy, Verdict::confirm_as_new).size() >= needed;
}

}  // namespace proviso::review
