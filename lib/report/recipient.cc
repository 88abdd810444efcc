#include "report/recipient.h"

#include <fmt/format.h>

#include "law/union.h"
#include "ledger/words.h"

namespace proviso::report {

base::MaterialClass class_of(const vault::CaseRow& row) {
  if (const auto known = ledger::parse<base::MaterialClass>(row.material_class)) return *known;
  throw base::Error(base::ExitCode::data, fmt::format("class '{}' is none", row.material_class),
                    "case " + row.id.value);
}

std::vector<law::Refusal> recipient_refusals(const policy::Policy& policy, const law::Resolved& law,
                                             const std::string& organisation,
                                             const AuthorityRequest& request, base::Date today) {
  std::vector<law::Refusal> refusals;
  const policy::Organisation* body = policy.organisation(organisation);
  if (body == nullptr) {
    refusals.push_back(
        law.refusal("CR-02", fmt::format("'{}' is in no register of the policy", organisation)));
    return refusals;
  }
  if (today < body->from) {
    refusals.push_back(
        law.refusal("CR-02", fmt::format("'{}' is registered from {} on only", organisation,
                                         base::to_string(body->from))));
  }
  if (body->to && *body->to < today) {
    refusals.push_back(law.refusal("CR-02", fmt::format("'{}' was registered until {}",
                                                        organisation, base::to_string(*body->to))));
  }
  if (law.public_register() && !body->authority && !body->public_register) {
    refusals.push_back(law.refusal(
        "CR-02", fmt::format("'{}' is not marked as on the public register", organisation)));
  }
  const bool asked = !request.reference.empty() || !request.basis.empty();
  if (asked && !body->authority) {
    refusals.push_back(law.refusal(
        "CR-03", fmt::format("'{}' is no authority, so it can make no request", organisation)));
  }
  if (asked && (request.reference.empty() || request.basis.empty())) {
    refusals.push_back(
        law.refusal("CR-03", "a request needs both its reference and the law it rests on"));
  }
  if (!law::is_in_eea(body->country) && body->transfer_ground.empty()) {
    refusals.push_back(law.refusal(
        "CR-04",
        fmt::format("'{}' is in {}, outside the European Economic Area, and has no transfer_ground",
                    organisation, body->country)));
  }
  return refusals;
}

std::vector<law::Refusal> case_refusals(const policy::Policy& policy, const law::Resolved& law,
                                        const vault::CaseRow& row, bool reviewed,
                                        base::Instant now) {
  std::vector<law::Refusal> refusals;
  const bool confirmed =
      row.state == vault::State::confirmed || row.state == vault::State::confirmed_as_new;
  if (!confirmed && row.state != vault::State::suspected) {
    refusals.push_back(law.refusal(
        "CR-01", fmt::format("a case that is {} cannot be reported", vault::to_string(row.state))));
    return refusals;
  }
  if (row.expires_at <= now) {
    refusals.push_back(
        law.refusal("ST-02", fmt::format("the case came to its end on {} and awaits purge",
                                         base::to_string(row.expires_at))));
  }
  // A state alone proves nothing: the vault's host can write it, a reviewer's signature it cannot.
  const bool human = confirmed && reviewed;
  if (const auto refusal = law.review_refusal(class_of(row), row.previously_identified, human)) {
    refusals.push_back(*refusal);
  } else if (!human && policy.review_all) {
    refusals.push_back(
        law.refusal("HU-03", "the policy asks for review of every hit (review.required: all)"));
  } else if (!human && !row.previously_identified) {
    refusals.push_back(
        law.refusal("HU-03", "only previously identified material may be reported without review"));
  }
  if (confirmed && !reviewed) {
    refusals.push_back(law.refusal(
        "HU-03",
        "the case is marked as confirmed and no valid signed confirmation is kept with it"));
  }
  return refusals;
}

}  // namespace proviso::report
