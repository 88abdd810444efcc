// Decisions of scope-check, remembered: items with the same facts are decided once and counted
// together.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "gate/gate.h"
#include "gate/item_facts.h"
#include "gate/item_scope.h"
#include "ledger/counts.h"
#include "ndjson/seal.h"

namespace proviso::stage {

struct ScopeSum {
  std::uint64_t items = 0, bytes = 0;
};
using ScopeSums = std::map<ledger::CountKey, ScopeSum>;

struct ScopeDecision {
  gate::Verdict verdict;
  ndjson::RepeatedMember member;  // of an admitted item: its `scope` member
  ScopeSum sum;                   // since the last take()
};

// Of one worker.
class ScopeDecisions {
 public:
  // What decisions are made from; what it points to must live until the next begin().
  struct Basis {
    const gate::Gate* gate = nullptr;
    const gate::State* state = nullptr;
    const ndjson::SealKey* key = nullptr;
    base::Instant at;
    std::string run;
  };

  // Decisions made before are forgotten, their counts are not.
  void begin(Basis);
  // Decides and counts. The reference is valid until the next call.
  const ScopeDecision& decide(const gate::ItemFacts&);
  // Counts an item that is not a proper record.
  void count_error(const base::ItemError&);
  // What was counted since the last time.
  void take(ScopeSums& into);

 private:
  ScopeDecision make(const gate::ItemFacts&) const;
  void settle();

  Basis basis_;
  std::unordered_map<std::uint64_t, ScopeDecision> known_;
  ScopeDecision once_;  // of an item that is decided alone
  ScopeSums sums_;      // of forgotten decisions, lone ones and errors
};

}  // namespace proviso::stage
