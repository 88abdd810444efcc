#include "stage/scope/scope_decisions.h"

namespace proviso::stage {
namespace {

// Regions, kinds and parties make some thousands of different items at most; a hostile stream must
// not make more.
constexpr std::size_t kMaxKnown = 16'384;

ledger::CountKey count_key_of(const gate::Verdict& verdict) {
  ledger::CountKey key;
  key.service = verdict.service;
  key.region = verdict.region;
  key.kind = verdict.kind;
  if (verdict.admitted) {
    key.side = ledger::CountSide::in;
    key.outcome = ledger::CountOutcome::admitted;
  } else if (verdict.refused) {
    key.side = ledger::CountSide::dropped;
    key.outcome = ledger::CountOutcome::refused;
    key.reason = verdict.refused->rule;
  } else {
    key.side = ledger::CountSide::dropped;
    key.outcome = ledger::CountOutcome::error;
    key.reason = verdict.error->code;
  }
  return key;
}

void add(ScopeSums& sums, const gate::Verdict& verdict, const ScopeSum& sum) {
  if (sum.items == 0) return;
  ScopeSum& total = sums[count_key_of(verdict)];
  total.items += sum.items;
  total.bytes += sum.bytes;
}

}  // namespace

void ScopeDecisions::settle() {
  for (auto& [key, decision] : known_) {
    add(sums_, decision.verdict, decision.sum);
    decision.sum = {};
  }
}

void ScopeDecisions::begin(Basis basis) {
  settle();
  known_.clear();
  basis_ = std::move(basis);
}

ScopeDecision ScopeDecisions::make(const gate::ItemFacts& facts) const {
  ScopeDecision decision{gate::decide(facts, *basis_.state, basis_.gate->law()), {}, {}};
  if (const auto& admitted = decision.verdict.admitted) {
    decision.member = ndjson::RepeatedMember(
        gate::to_member({basis_.at, basis_.gate->policy().rehearsal, admitted->technologies,
                         admitted->content, basis_.gate->digest(), basis_.run}),
        *basis_.key);
  }
  return decision;
}

const ScopeDecision& ScopeDecisions::decide(const gate::ItemFacts& facts) {
  const auto key = facts.key(basis_.gate->policy());
  if (!key) {
    once_ = make(facts);
    add(sums_, once_.verdict, {1, 0});
    return once_;
  }
  auto found = known_.find(*key);
  if (found == known_.end()) {
    if (known_.size() >= kMaxKnown) {
      settle();
      known_.clear();
    }
    found = known_.emplace(*key, make(facts)).first;
  }
  ScopeDecision& decision = found->second;
  ++decision.sum.items;
  if (decision.verdict.admitted) decision.sum.bytes += facts.bytes;
  return decision;
}

void ScopeDecisions::count_error(const base::ItemError& error) {
  gate::Verdict verdict;
  verdict.error = error;
  add(sums_, verdict, {1, 0});
}

void ScopeDecisions::take(ScopeSums& into) {
  settle();
  for (const auto& [key, sum] : sums_) {
    into[key].items += sum.items;
    into[key].bytes += sum.bytes;
  }
  sums_.clear();
}

}  // namespace proviso::stage
