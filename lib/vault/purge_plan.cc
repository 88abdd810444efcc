// What a purge would do now, and what it ought to have done.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "vault/purge.h"
#include "vault/purge_parts.h"

namespace proviso::vault {
namespace {

constexpr std::int64_t kMaxBehindSeconds = std::int64_t{24} * 60 * 60;
constexpr std::int64_t kMaxAheadSeconds = std::int64_t{31} * 24 * 60 * 60;

// True if the clock was implausible and is confirmed.
bool check_clock(const ledger::Ledger& ledger, base::Instant now, bool confirm) {
  const std::optional<ledger::StoredEntry> last = ledger.last();
  if (!last) return false;
  const std::int64_t ahead = now.seconds - last->time.seconds;
  if (ahead >= -kMaxBehindSeconds && ahead <= kMaxAheadSeconds) return false;
  if (confirm) return true;
  throw base::Error(base::ExitCode::breaker,
                    fmt::format("says {}, but the last ledger entry is of {}", base::to_string(now),
                                base::to_string(last->time)),
                    "clock",
                    "if the clock is right, run it once with --confirm-clock; that is recorded");
}

// Cites the instrument under which the case was made; a rule of our own policy is ST-04.
class Rules {
 public:
  explicit Rules(const law::Resolved* law) : law_(law) {}

  void cite(const CaseRow& row, PlannedCase& planned) {
    planned.rule = rule_of(row.expiry_rule, planned.at_ceiling);
    const law::Instrument& instrument = instrument_of(row.instrument);
    planned.citation = instrument.rule(planned.rule).citation;
  }

 private:
  static std::string_view rule_of(ExpiryRule end, bool at_ceiling) {
    switch (end) {
      case ExpiryRule::law:
        return "ST-02";
      case ExpiryRule::pending:
        return "ST-05";
      case ExpiryRule::policy:
        return at_ceiling ? "ST-02" : "ST-04";
      case ExpiryRule::rejected:
        return "ST-04";
    }
    return "ST-04";
  }

  const law::Instrument& instrument_of(const std::string& id) {
    if (law_ != nullptr && law_->base().id == id) return law_->base();
    const auto known = loaded_.find(id);
    if (known != loaded_.end()) return known->second;
    const auto& names = law::built_in_ids();
    // The row of a case decides, also where the instrument's file is gone; the citation is then
    // that of the law in force.
    const bool built_in = std::find(names.begin(), names.end(), id) != names.end();
    if (!built_in && law_ != nullptr) return law_->base();
    return loaded_.emplace(id, law::load(built_in ? std::string_view(id) : names.back()))
        .first->second;
  }

  const law::Resolved* law_;
  std::map<std::string, law::Instrument> loaded_;
};

// Of purges that were begun and not ended.
std::vector<PlannedCase> resumed(CaseDatabase& database) {
  std::vector<PlannedCase> cases;
  base::CaseId last;
  for (;;) {
    const std::vector<Tombstone> page = database.tombstones(last, kPage);
    for (const Tombstone& tombstone : page) {
      PlannedCase planned;
      planned.id = tombstone.id;
      planned.reason = tombstone.reason;
      planned.circumstance = Circumstance::resumed;
      planned.rule = tombstone.rule;
      planned.citation = tombstone.citation;
      planned.state = tombstone.state;
      planned.due = tombstone.at;
      planned.at_ceiling = true;
      cases.push_back(std::move(planned));
    }
    if (page.size() < kPage) break;
    last = page.back().id;
  }
  std::sort(cases.begin(), cases.end(), [](const PlannedCase& a, const PlannedCase& b) {
    return std::tie(a.due, a.id) < std::tie(b.due, b.id);
  });
  return cases;
}

std::uint64_t count_abandoned(CaseDatabase& database) {
  std::uint64_t rows = 0;
  each_abandoned(database, [&](std::span<const Abandoned> page) { rows += page.size(); });
  return rows;
}

// `policy` may be null: then only ceilings (and what was begun or rejected) count.
PurgePlan plan(CaseStore& store, const ledger::Ledger& ledger, const policy::Policy* policy,
               const law::Resolved* law, base::Instant now, const PurgeOptions& options) {
  PurgePlan result;
  result.clock_confirmed = check_clock(ledger, now, options.confirm_clock);
  const base::Instant horizon = base::add(now, options.horizon);
  Rules rules(law);
  result.cases = resumed(store.database());
  result.all_cases = result.cases.size();
  store.database().each([&](const CaseRow& row) {
    ++result.all_cases;
    PlannedCase planned;
    planned.id = row.id;
    planned.state = row.state;
    planned.due = row.expires_at;
    planned.at_ceiling = row.ceiling && *row.ceiling <= horizon;
    planned.reason = row.state == State::rejected ? PurgeReason::rejected : PurgeReason::expired;
    const bool due = row.state == State::rejected || planned.at_ceiling ||
                     (policy != nullptr && row.expires_at <= horizon);
    if (!due) return true;
    rules.cite(row, planned);
    const bool by_policy = row.expiry_rule == ExpiryRule::policy && row.state != State::rejected &&
                           !planned.at_ceiling;
    if (by_policy && row.held) {
      planned.circumstance = Circumstance::complaint;
      result.kept.push_back(std::move(planned));
    } else if (by_policy && policy != nullptr && policy->overdue_escalate &&
               row.state == State::suspected) {
      planned.circumstance = Circumstance::escalated;
      result.kept.push_back(std::move(planned));
    } else {
      result.cases.push_back(std::move(planned));
    }
    return true;
  });
  result.orphan_blobs = orphan_blobs(store).size();
  result.pending_rows = count_abandoned(store.database());
  if (policy != nullptr) {
    spool::Findings found = spool::find_leftovers(policy->spool, policy->retention_unscanned, now);
    result.spool = std::move(found.leftovers);
    result.unreadable = std::move(found.unreadable);
  }
  return result;
}

}  // namespace

std::vector<std::string> orphan_blobs(const CaseStore& store) {
  // First the files, then the rows: a blob's row is committed before its file is made, so none in
  // the making is seen.
  std::vector<std::string> orphans;
  store.blobs().each_page([&](std::span<const std::string> names) {
    for (std::string& name : store.database().unowned_blobs(kLocalStore, names))
      orphans.push_back(std::move(name));
  });
  return orphans;
}

void each_abandoned(CaseDatabase& database,
                    const std::function<void(std::span<const Abandoned>)>& visit) {
  base::CaseId last;
  for (;;) {
    const std::vector<Abandoned> page = database.abandoned(last, kPage);
    if (!page.empty()) visit(page);
    if (page.size() < kPage) return;
    last = page.back().id;
  }
}

PurgePlan plan_purge(CaseStore& store, const ledger::Ledger& ledger, const policy::Policy& policy,
                     const law::Resolved& law, base::Instant now, const PurgeOptions& options) {
  return plan(store, ledger, &policy, &law, now, options);
}

PurgePlan plan_ceilings(CaseStore& store, const ledger::Ledger& ledger, base::Instant now,
                        const PurgeOptions& options) {
  return plan(store, ledger, nullptr, nullptr, now, options);
}

std::vector<std::string> verify_purged(CaseStore& store, const policy::Policy& policy,
                                       base::Instant now) {
  std::vector<std::string> leftovers;
  for (const PlannedCase& begun : resumed(store.database())) {
    leftovers.push_back(fmt::format("case {}: its purge was begun and not ended", begun.id.value));
  }
  store.database().each([&](const CaseRow& row) {
    const bool at_ceiling = row.ceiling && *row.ceiling <= now;
    const bool kept = row.expiry_rule == ExpiryRule::policy && !at_ceiling &&
                      (row.held || (policy.overdue_escalate && row.state == State::suspected));
    if (row.state == State::rejected) {
      leftovers.push_back(fmt::format("case {}: it was rejected", row.id.value));
    } else if (at_ceiling || (row.expires_at <= now && !kept)) {
      leftovers.push_back(fmt::format("case {}: it ended at {} ({})", row.id.value,
                                      base::to_string(row.expires_at), to_string(row.expiry_rule)));
    }
    return true;
  });
  for (const std::string& name : orphan_blobs(store))
    leftovers.push_back(fmt::format("blob {}: it belongs to no case", name));
  each_abandoned(store.database(), [&](std::span<const Abandoned> page) {
    for (const Abandoned& row : page)
      leftovers.push_back(
          fmt::format("case {}: its writer died before it was stored", row.id.value));
  });
  const spool::Findings found =
      spool::find_leftovers(policy.spool, policy.retention_unscanned, now);
  for (const spool::Leftover& leftover : found.leftovers) {
    leftovers.push_back(fmt::format("spool {}: unscanned since {}", leftover.file.path,
                                    base::to_string(leftover.modified)));
  }
  for (const std::string& folder : found.unreadable) leftovers.push_back("spool " + folder);
  return leftovers;
}

}  // namespace proviso::vault
