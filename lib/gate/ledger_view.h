// What the gate needs to know of the ledger, read as it grows: oversight, halts, and how often
// people said "no".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/instant.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
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
  // Decisions of the trailing 90 days, or since the last resume if that is later; a case counts
  // once, by its last decision.
  ErrorRate error_rate(std::string_view technology, base::Instant at) const;

 private:
  struct Decision {
    base::Instant time;
    bool error = false;
  };
  struct Technology {
    std::vector<std::pair<std::string, base::Instant>> overseen;  // version, when
    std::optional<std::string> halt;
    std::optional<base::Instant> resumed;
    std::unordered_map<std::string, Decision> decisions;  // by case
  };
  void take(const ledger::StoredEntry&);
  void take_act(const ledger::Overseen&, base::Instant entered);
  void take_decision(const ledger::CaseDecided&, base::Instant entered);
  const Technology* find(std::string_view name) const;

  const policy::Policy* policy_;
  const ledger::Ledger* ledger_;
  std::uint64_t next_ = 0;
  std::map<std::string, Technology, std::less<>> technologies_;
  std::unordered_map<std::string, std::string>
      case_technology_;  // case id -> technology, until it is purged
};

}  // namespace proviso::gate
