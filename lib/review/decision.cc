#include "review/decision.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "ledger/facts.h"
#include "vault/purge.h"

namespace proviso::review {
namespace {

std::ptrdiff_t needed(const policy::Policy& policy) { return policy.four_eyes ? 2 : 1; }

std::ptrdiff_t count(const std::vector<CheckedDecision>& decisions, Verdict verdict) {
  return std::count_if(decisions.begin(), decisions.end(),
                       [&](const CheckedDecision& d) { return d.verdict == verdict; });
}

// Without the reason: it may hold personal data, and the ledger outlives the case.
ledger::CaseDecided fact_of(const vault::CaseRow& row, const Decision& decision,
                            const policy::Policy& policy,
                            const std::vector<CheckedDecision>& standing) {
  ledger::CaseDecided fact;
  fact.id = row.id;
  fact.verdict = decision.verdict;
  fact.reviewer = policy.person(decision.person)->number;
  for (const CheckedDecision& one : standing) {
    if (one.verdict == decision.verdict) fact.reviewers.push_back(one.reviewer);
    fact.verdicts.push_back({one.reviewer, one.verdict});
  }
  if (fact.reviewers.size() < 2) fact.reviewers.clear();
  fact.technology = row.technology;
  fact.list = row.list;
  fact.material_class = ledger::parse<base::MaterialClass>(row.material_class);
  fact.previously_identified = row.previously_identified;
  fact.service = row.service;
  fact.region = row.region;
  fact.kind = row.kind;
  return fact;
}

}  // namespace

Outcome decide(vault::CaseStore& store, ledger::Ledger& ledger, const policy::Policy& policy,
               const law::Resolved& law, const Decision& decision, const crypto::PrivateKey& key) {
  const auto row = store.find(decision.case_id);
  if (!row)
    throw base::Error(base::ExitCode::no_input, "there is no such case",
                      "case " + decision.case_id.value);
  if (row->state != vault::State::suspected) {
    throw base::Error(
        base::ExitCode::usage,
        fmt::format("it is {}; only a suspected case is decided", vault::to_string(row->state)),
        "case " + row->id.value,
        row->state == vault::State::rejected ? "'proviso purge' destroys it" : "");
  }
  // A case that was planted or swapped in the vault must not get a reviewer's signature.
  store.keep_decision(row->id, sign(decision, store.open_stored(row->id).row, policy, key));

  const std::vector<CheckedDecision> standing = standing_decisions(store, *row, policy);
  const std::ptrdiff_t agreed = count(standing, decision.verdict);
  Outcome outcome;
  if (agreed < needed(policy)) {
    outcome.waits_for_second = true;
    outcome.disagreement = static_cast<std::ptrdiff_t>(standing.size()) > agreed;
    outcome.expires_at = row->expires_at;
    return outcome;
  }
  const ledger::Entry entry = to_entry(fact_of(*row, decision, policy, standing), "review");
  if (decision.verdict == Verdict::reject) {
    store.move(row->id, vault::State::rejected, entry);
    vault::purge_case(store, ledger, row->id, vault::PurgeReason::rejected,
                      law.refusal("ST-01", "not confirmed"));
    outcome.state = vault::State::purged;
    return outcome;
  }
  outcome.state = decision.verdict == Verdict::confirm ? vault::State::confirmed
                                                       : vault::State::confirmed_as_new;
  // The store cuts the policy's period at the ceiling of the law under which the case was made.
  store.move(row->id, outcome.state, entry,
             base::add(row->identified_at, policy.retention_confirmed));
  const auto moved = store.find(row->id);
  if (moved) outcome.expires_at = moved->expires_at;
  return outcome;
}

bool has_valid_confirmation(vault::CaseStore& store, const vault::CaseRow& row,
                            const policy::Policy& policy) {
  const bool confirmed =
      row.state == vault::State::confirmed || row.state == vault::State::reported;
  const bool as_new =
      row.state == vault::State::confirmed_as_new || row.state == vault::State::reported;
  if (!confirmed && !as_new) return false;
  const std::vector<CheckedDecision> standing = standing_decisions(store, row, policy);
  return (confirmed && count(standing, Verdict::confirm) >= needed(policy)) ||
         (as_new && count(standing, Verdict::confirm_as_new) >= needed(policy));
}

}  // namespace proviso::review
