// What the gate needs to know of the ledger, read as it grows: oversight, halts, and how often
// people said "no".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/instant.h"
#include "gate/oversight.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "ledger/summary.h"
#include "policy/policy.h"

namespace proviso::gate {

constexpr int kErrorWindowDays = 90;
constexpr std::size_t kErrorMinimum = 100;  // decisions; fewer say nothing of a rate

struct ErrorRate {
  std::size_t decisions = 0, errors = 0;
  double rate() const {
    return decisions == 0 ? 0.0 : static_cast<double>(errors) / static_cast<double>(decisions);
  }
};

class LedgerView {
 public:
  // Both must outlive the view. `ledger` may be null: nothing is known then.
  LedgerView(const policy::Policy& policy, const ledger::Ledger* ledger)
      : policy_(&policy), ledger_(ledger) {}

  // Reads what is new; true when there was anything.
  bool refresh();
  bool present() const { return ledger_ != nullptr; }

  // Signed by someone with the oversight role, for this version, not after `at`: the latest such
  // instant.
  std::optional<base::Instant> overseen(const policy::Technology&, base::Instant at) const;
  // The reason of a halt that no signed resume has followed.
  std::optional<std::string> halted(std::string_view technology) const;
  // Decisions of the UTC day of `at` and the 90 before it, but none that came before the last
  // resume; a case counts once, by its last decision.
  ErrorRate error_rate(std::string_view technology, base::Instant at) const;

 private:
  // An act, and the statement that it has if its signature verifies by today's policy.
  struct Judged {
    ledger::Overseen act;
    std::optional<OversightStatement> statement;
  };
  const Judged& judged(const ledger::StoredEntry& act) const;

  const policy::Policy* policy_;
  const ledger::Ledger* ledger_;
  ledger::Summary summary_;
  mutable std::unordered_map<std::uint64_t, Judged> judged_;  // by index: no signature twice
};

}  // namespace proviso::gate
