#include "gate/ledger_view.h"

#include "gate/oversight.h"
#include "ledger/error_rate.h"

namespace proviso::gate {
namespace {

// An entry is written a moment after its statement was signed; a statement dated later than that
// was dated ahead.
constexpr std::int64_t kClockSkewSeconds = 300;

}  // namespace

bool LedgerView::refresh() {
  if (ledger_ == nullptr) return false;
  const std::uint64_t before = next_;
  next_ = ledger_->read(next_, [this](const ledger::StoredEntry& entry) {
    take(entry);
    return true;
  });
  return next_ != before;
}

void LedgerView::take(const ledger::StoredEntry& entry) {
  if (const auto act = ledger::read<ledger::Overseen>(entry)) {
    take_act(*act, entry.time);
  } else if (const auto stored = ledger::read<ledger::CaseStored>(entry)) {
    case_technology_[stored->id.value] = stored->technology;
  } else if (const auto decided = ledger::read<ledger::CaseDecided>(entry)) {
    take_decision(*decided, entry.time);
  } else if (const auto purged = ledger::read<ledger::CasePurged>(entry)) {
    case_technology_.erase(purged->id.value);
  }
}

void LedgerView::take_act(const ledger::Overseen& act, base::Instant entered) {
  if (act.act == ledger::OversightAct::halt) {
    // Counts even if its signature is bad: closing is safe.
    technologies_[act.technology].halt = act.reason.empty() ? "no reason given" : act.reason;
    return;
  }
  const auto statement = verified_statement(act, *policy_);
  if (!statement || statement->at.seconds > entered.seconds + kClockSkewSeconds) return;
  Technology& technology = technologies_[statement->technology];
  if (statement->act == ledger::OversightAct::resume) {
    technology.halt.reset();
    technology.resumed = entered;
  } else {
    technology.overseen.emplace_back(statement->version, statement->at);
  }
}

void LedgerView::take_decision(const ledger::CaseDecided& decided, base::Instant entered) {
  std::string technology = decided.technology;
  if (technology.empty()) {
    const auto found = case_technology_.find(decided.id.value);
    if (found == case_technology_.end()) return;
    technology = found->second;
  }
  technologies_[technology].decisions[decided.id.value] = {entered,
                                                           ledger::is_error(decided.verdict)};
}

const LedgerView::Technology* LedgerView::find(std::string_view name) const {
  const auto found = technologies_.find(name);
  return found == technologies_.end() ? nullptr : &found->second;
}

std::optional<base::Instant> LedgerView::overseen(const policy::Technology& technology,
                                                  base::Instant at) const {
  std::optional<base::Instant> latest;
  const Technology* known = find(technology.name);
  if (known == nullptr) return latest;
  for (const auto& [version, when] : known->overseen) {
    if (version == technology.version && when <= at && (!latest || *latest < when)) latest = when;
  }
  return latest;
}

std::optional<std::string> LedgerView::halted(std::string_view technology) const {
  const Technology* known = find(technology);
  return known == nullptr ? std::nullopt : known->halt;
}

ErrorRate LedgerView::error_rate(std::string_view technology, base::Instant at) const {
  ErrorRate rate;
  const Technology* known = find(technology);
  if (known == nullptr) return rate;
  base::Instant start{at.seconds - std::int64_t{kErrorWindowDays} * 86'400};
  if (known->resumed && start < *known->resumed) start = *known->resumed;
  for (const auto& [id, decision] : known->decisions) {
    if (decision.time <= start) continue;
    ++rate.decisions;
    if (decision.error) ++rate.errors;
  }
  return rate;
}

}  // namespace proviso::gate
