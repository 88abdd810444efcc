#include "gate/ledger_view.h"

#include "gate/oversight.h"
#include "ledger/events.h"

namespace proviso::gate {
namespace {

// An entry is written a moment after its statement was signed; a statement dated later than that
// was dated ahead.
constexpr std::int64_t kClockSkewSeconds = 300;

std::string text_of(const json::Json& data, const char* key) {
  const auto found = data.find(key);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

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
  namespace event = ledger::event;
  if (entry.event == event::kHalted) {
    // Counts even if its signature is bad: closing is safe.
    const std::string reason = text_of(entry.data, "reason");
    technologies_[text_of(entry.data, "technology")].halt =
        reason.empty() ? "no reason given" : reason;
  } else if (entry.event == event::kOverseen || entry.event == event::kResumed) {
    const auto statement = verified_statement(entry, *policy_);
    if (!statement || statement->at.seconds > entry.time.seconds + kClockSkewSeconds) return;
    Technology& technology = technologies_[statement->technology];
    if (statement->act == OversightAct::resume) {
      technology.halt.reset();
      technology.resumed = entry.time;
    } else {
      technology.overseen.emplace_back(statement->version, statement->at);
    }
  } else if (entry.event == event::kCaseStored) {
    case_technology_[text_of(entry.data, "case")] = text_of(entry.data, "technology");
  } else if (entry.event == event::kCaseDecided) {
    take_decision(entry);
  } else if (entry.event == event::kCasePurged) {
    case_technology_.erase(text_of(entry.data, "case"));
  }
}

void LedgerView::take_decision(const ledger::StoredEntry& entry) {
  const std::string case_id = text_of(entry.data, "case");
  std::string technology = text_of(entry.data, "technology");
  if (technology.empty()) {
    const auto found = case_technology_.find(case_id);
    if (found == case_technology_.end()) return;
    technology = found->second;
  }
  const std::string decision = text_of(entry.data, "decision");
  const bool error = decision == "reject" || decision == "rejected";
  technologies_[technology].decisions[case_id] = {entry.time, error};
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
