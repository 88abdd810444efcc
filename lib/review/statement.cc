#include "review/statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/mode.h"
#include "base/utf8.h"
#include "crypto/cms.h"
#include "crypto/random.h"

namespace proviso::review {
namespace {

// A statement dated further ahead than two clocks may differ is ignored.
constexpr std::int64_t kClockSkewSeconds = 300;

const policy::Person& require_reviewer(const policy::Policy& policy, const std::string& id) {
  const policy::Person* const person = policy.person(id);
  if (person == nullptr || person->roles.count(policy::Role::reviewer) == 0) {
    throw base::Error(base::ExitCode::no_permission,
                      fmt::format("'{}' is no reviewer of the policy", id), "--person");
  }
  return *person;
}

base::Bytes seal_reason(const std::string& reason, const policy::Policy& policy) {
  if (reason.empty() || reason.size() > kMaxReasonBytes || !base::is_utf8(reason)) {
    throw base::Error(
        base::ExitCode::usage,
        fmt::format("a reason of 1 to {} bytes of UTF-8 was expected", kMaxReasonBytes),
        "--reason");
  }
  std::vector<crypto::Certificate> certificates;
  for (const auto& path : policy.seal_certificates)
    certificates.push_back(crypto::Certificate::open(path));
  std::vector<const crypto::Certificate*> recipients;
  recipients.reserve(certificates.size());
  for (const crypto::Certificate& certificate : certificates) recipients.push_back(&certificate);
  return crypto::seal(base::as_bytes(reason), recipients);
}

std::string text_of(const json::Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

// Statements of before November 2026 do not name the evidence: their reviewer signed for the case
// without it, and the ledger's case.stored entry alone vouches for it.
bool covers_evidence(const json::Json& statement, const vault::CaseRow& row) {
  return !statement.contains("evidence_sha256") ||
         text_of(statement, "evidence_sha256") == row.evidence_sha256;
}

// The reviewer of the policy with that certificate: numbers and ids may change, keys do not.
std::optional<crypto::Certificate> reviewers_certificate(const policy::Policy& policy,
                                                         const std::string& fingerprint) {
  for (const policy::Person& person : policy.people) {
    if (person.roles.count(policy::Role::reviewer) == 0) continue;
    crypto::Certificate certificate = crypto::Certificate::open(person.certificate);
    if (certificate.fingerprint() == fingerprint) return certificate;
  }
  return std::nullopt;
}

}  // namespace

json::Json sign(const Decision& decision, const vault::CaseRow& row, const policy::Policy& policy,
                const crypto::PrivateKey& key) {
  const policy::Person& person = require_reviewer(policy, decision.person);
  const crypto::Certificate certificate = crypto::Certificate::open(person.certificate);
  if (!certificate.valid_at(decision.at)) {
    throw base::Error(base::ExitCode::no_permission,
                      fmt::format("the certificate of {} is not valid on {}", person.id,
                                  base::to_string(decision.at)),
                      person.certificate.string());
  }
  const base::Bytes sealed = seal_reason(decision.reason, policy);
  json::Json statement{{"type", kStatementType},
                       {"mode", base::mode_word(row.rehearsal)},
                       {"case", row.id.value},
                       {"decision", to_string(decision.verdict)},
                       {"reviewer", person.number},
                       {"certificate", certificate.fingerprint()},
                       {"at", base::to_string(decision.at)},
                       {"reason_sha256", base::to_hex(crypto::sha256(sealed))},
                       {"envelope_sha256", row.envelope_sha256},
                       {"blob_sha256", row.blob_sha256}};
  if (!row.evidence_sha256.empty()) statement["evidence_sha256"] = row.evidence_sha256;
  const std::string text = json::canonical(statement);
  const base::Bytes signature = key.sign(text);
  if (!certificate.public_key().verify(text, signature)) {
    throw base::Error(base::ExitCode::no_permission,
                      fmt::format("the key is not that of {}'s certificate", person.id),
                      person.certificate.string());
  }
  return {{"statement", statement},
          {"signature", crypto::base64(signature)},
          {"reason", crypto::base64(sealed)}};
}

std::optional<CheckedDecision> check(const json::Json& kept, const vault::CaseRow& row,
                                     const policy::Policy& policy) {
  if (!kept.is_object()) return std::nullopt;
  const auto statement = kept.find("statement");
  if (statement == kept.end() || !statement->is_object()) return std::nullopt;
  const auto signature = crypto::from_base64(text_of(kept, "signature"));
  auto reason = crypto::from_base64(text_of(kept, "reason"));
  const auto verdict = ledger::parse<Verdict>(text_of(*statement, "decision"));
  const auto at = base::parse_instant(text_of(*statement, "at"));
  const auto reviewer = statement->find("reviewer");
  if (!signature || !reason || !verdict || !at || reviewer == statement->end() ||
      !reviewer->is_number_integer())
    return std::nullopt;
  if (text_of(*statement, "type") != kStatementType ||
      text_of(*statement, "mode") != base::mode_word(row.rehearsal) ||
      text_of(*statement, "case") != row.id.value ||
      text_of(*statement, "envelope_sha256") != row.envelope_sha256 ||
      text_of(*statement, "blob_sha256") != row.blob_sha256 || !covers_evidence(*statement, row) ||
      text_of(*statement, "reason_sha256") != base::to_hex(crypto::sha256(*reason)) ||
      at->seconds > base::now().seconds + kClockSkewSeconds) {
    return std::nullopt;
  }
  const auto certificate = reviewers_certificate(policy, text_of(*statement, "certificate"));
  if (!certificate || !certificate->valid_at(*at)) return std::nullopt;
  const crypto::PublicKey key = certificate->public_key();
  if (!key.verify(json::canonical(*statement), *signature)) return std::nullopt;
  return CheckedDecision{*verdict, reviewer->get<int>(), key.pem(), *at, std::move(*reason)};
}

std::vector<CheckedDecision> standing_decisions(const vault::CaseStore& store,
                                                const vault::CaseRow& row,
                                                const policy::Policy& policy) {
  std::vector<CheckedDecision> standing;
  for (const json::Json& kept : store.decisions(row.id)) {
    auto checked = check(kept, row, policy);
    if (!checked) continue;
    const auto earlier =
        std::find_if(standing.begin(), standing.end(),
                     [&](const CheckedDecision& other) { return other.key == checked->key; });
    // Ordered by the signed instant: whoever can write to the vault can choose the place in the
    // table.
    if (earlier == standing.end())
      standing.push_back(std::move(*checked));
    else if (earlier->at <= checked->at)
      *earlier = std::move(*checked);
  }
  std::stable_sort(standing.begin(), standing.end(),
                   [](const CheckedDecision& a, const CheckedDecision& b) { return a.at < b.at; });
  return standing;
}

}  // namespace proviso::review
