#include "gate/ledger_view.h"

#include <utility>

#include "ledger/verified_entries.h"

namespace proviso::gate {
namespace {

// An entry is written a moment after its statement was signed; a statement dated later than this
// after its entry is refused.
constexpr std::int64_t kClockSkewSeconds = 300;

}  // namespace

bool LedgerView::refresh() {
  if (ledger_ == nullptr) return false;
  const std::size_t corrections = summary_.corrections().all().size();
  const bool grown = summary_.advance(*ledger_->entries());
  // Acts that a wrong clock wrote have another time now.
  if (summary_.corrections().all().size() != corrections) judged_.clear();
  return grown;
}

const LedgerView::Judged& LedgerView::judged(const ledger::StoredEntry& entry) const {
  if (const auto known = judged_.find(entry.index); known != judged_.end()) return known->second;
  Judged judged;
  if (auto act = ledger::read<ledger::Overseen>(entry)) {
    judged.statement = verified_statement(*act, *policy_);
    if (judged.statement && judged.statement->at.seconds > entry.time.seconds + kClockSkewSeconds)
      judged.statement.reset();
    judged.act = std::move(*act);
  }
  return judged_.emplace(entry.index, std::move(judged)).first->second;
}

std::optional<base::Instant> LedgerView::overseen(const policy::Technology& technology,
                                                  base::Instant at) const {
  std::optional<base::Instant> latest;
  const ledger::Summary::Technology* const known = summary_.technology(technology.name);
  if (known == nullptr) return latest;
  // From the newest on, as few signatures are verified so: none that is older can be later.
  for (auto entry = known->acts.rbegin(); entry != known->acts.rend(); ++entry) {
    if (latest && entry->time.seconds + kClockSkewSeconds <= latest->seconds) break;
    const auto& statement = judged(*entry).statement;
    if (!statement || statement->act != ledger::OversightAct::oversee ||
        statement->version != technology.version || at < statement->at)
      continue;
    if (!latest || *latest < statement->at) latest = statement->at;
  }
  return latest;
}

std::optional<std::string> LedgerView::halted(std::string_view technology) const {
  const ledger::Summary::Technology* const known = summary_.technology(technology);
  if (known == nullptr) return std::nullopt;
  for (auto entry = known->acts.rbegin(); entry != known->acts.rend(); ++entry) {
    const Judged& last = judged(*entry);
    // Counts even if its signature is bad: closing is safe.
    if (last.act.act == ledger::OversightAct::halt)
      return last.act.reason.empty() ? "no reason given" : last.act.reason;
    if (last.act.act == ledger::OversightAct::resume && last.statement) return std::nullopt;
  }
  return std::nullopt;
}

ErrorRate LedgerView::error_rate(std::string_view technology, base::Instant at) const {
  ErrorRate rate;
  const ledger::Summary::Technology* const known = summary_.technology(technology);
  if (known == nullptr) return rate;
  // Only a resume whose signature verifies makes the decisions before it count no more.
  std::uint64_t resumes = known->resumes;
  for (auto entry = known->acts.rbegin(); entry != known->acts.rend() && resumes > 0; ++entry) {
    const Judged& last = judged(*entry);
    if (last.act.act != ledger::OversightAct::resume) continue;
    if (last.statement) break;
    --resumes;
  }
  const std::int64_t today = base::days_between(base::Date{}, base::date_of(at));
  for (const auto& [period, decisions] : known->decisions) {
    if (period.resumes < resumes || period.day < today - kErrorWindowDays) continue;
    rate.decisions += decisions.all;
    rate.errors += decisions.errors;
  }
  return rate;
}

}  // namespace proviso::gate
