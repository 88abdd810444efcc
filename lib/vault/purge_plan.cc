// What a purge would do now, and what it ought to have done.
#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

#include "vault/case_store_impl.h"
#include "vault/purge.h"
#include "vault/purge_parts.h"

namespace proviso::vault {
namespace {

constexpr std::int64_t kMaxBehindSeconds = 24 * 60 * 60;
constexpr std::int64_t kMaxAheadSeconds = 31 * 24 * 60 * 60;

// True when the clock was implausible and is confirmed.
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

// In the words of the instrument under which the case was made; a rule of our own policy is ST-04.
class Rules {
 public:
  explicit Rules(const law::Resolved* law) : law_(law) {}

  void cite(const CaseRow& row, PurgeReason& reason) {
    reason.rule = row.expiry_rule == "ST-02"     ? "ST-02"
                  : row.expiry_rule == "pending" ? "ST-05"
                                                 : "ST-04";
    if (reason.at_ceiling && row.expiry_rule == "policy") reason.rule = "ST-02";
    const law::Instrument& instrument = instrument_of(row.instrument);
    reason.citation = instrument.rule(reason.rule).citation;
  }

 private:
  const law::Instrument& instrument_of(const std::string& id) {
    if (law_ != nullptr && law_->base().id == id) return law_->base();
    const auto known = loaded_.find(id);
    if (known != loaded_.end()) return known->second;
    const auto& names = law::built_in_ids();
    // A case made under an instrument file that is gone is judged like any other by its row; the
    // law in force lends the words.
    const bool built_in = std::find(names.begin(), names.end(), id) != names.end();
    if (!built_in && law_ != nullptr) return law_->base();
    return loaded_.emplace(id, law::load(built_in ? std::string_view(id) : names.back()))
        .first->second;
  }

  const law::Resolved* law_;
  std::map<std::string, law::Instrument> loaded_;
};

std::vector<PurgeReason> tombstones(CaseStore::Impl& impl) {
  std::vector<PurgeReason> reasons;
  sqlite::Statement select(
      impl.database,
      "SELECT case_id, rule, citation, state, at FROM tombstones ORDER BY at, case_id");
  while (select.step()) {
    PurgeReason reason;
    reason.id = base::CaseId{select.text(0)};
    reason.reason = "resumed";
    reason.rule = select.text(1);
    reason.citation = select.text(2);
    reason.state = ledger::parse<State>(select.text(3)).value_or(State::suspected);
    reason.due = base::Instant{select.integer(4)};
    reason.at_ceiling = true;
    reasons.push_back(std::move(reason));
  }
  return reasons;
}

// `policy` may be null: then only ceilings (and what was begun or rejected) count.
PurgePlan plan(CaseStore& store, const ledger::Ledger& ledger, const policy::Policy* policy,
               const law::Resolved* law, base::Instant now, const PurgeOptions& options) {
  CaseStore::Impl& impl = store.impl();
  PurgePlan result;
  result.clock_confirmed = check_clock(ledger, now, options.confirm_clock);
  const base::Instant horizon = base::add(now, options.horizon);
  Rules rules(law);
  result.cases = tombstones(impl);
  const std::vector<CaseRow> rows = store.list();
  result.all_cases = rows.size() + result.cases.size();
  for (const CaseRow& row : rows) {
    PurgeReason reason;
    reason.id = row.id;
    reason.state = row.state;
    reason.due = row.expires_at;
    reason.at_ceiling = row.ceiling && *row.ceiling <= horizon;
    reason.reason = row.state == State::rejected ? "rejected" : "expired";
    const bool due = row.state == State::rejected || reason.at_ceiling ||
                     (policy != nullptr && row.expires_at <= horizon);
    if (!due) continue;
    rules.cite(row, reason);
    const bool by_policy =
        row.expiry_rule == "policy" && row.state != State::rejected && !reason.at_ceiling;
    if (by_policy && row.held) {
      reason.reason = "complaint";
      result.kept.push_back(std::move(reason));
    } else if (by_policy && policy != nullptr && policy->overdue_escalate &&
               row.state == State::suspected) {
      reason.reason = "escalated";
      result.kept.push_back(std::move(reason));
    } else {
      result.cases.push_back(std::move(reason));
    }
  }
  result.orphan_blobs = orphan_blobs(impl).size();
  result.pending_rows = abandoned_rows(impl).size();
  if (policy != nullptr) {
    spool::Findings found = spool::find_leftovers(policy->spool, policy->retention_unscanned, now);
    result.spool = std::move(found.leftovers);
    result.unreadable = std::move(found.unreadable);
  }
  return result;
}

}  // namespace

std::vector<std::string> orphan_blobs(CaseStore::Impl& impl) {
  // First the files, then the rows: a blob's row is committed before its file is made, so none in
  // the making is seen.
  std::vector<std::string> names;
  const std::string path = (impl.directory / "blobs").string();
  const base::UniqueDirectory listing(::opendir(path.c_str()));
  if (!listing) base::throw_errno(errno, "cannot list", path);
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(listing.get());
    if (entry == nullptr && errno != 0) base::throw_errno(errno, "cannot list", path);
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::vector<std::string> orphans;
  sqlite::Statement select(
      impl.database,
      "SELECT 1 FROM cases WHERE blob = ?1 UNION ALL SELECT 1 FROM cases WHERE evidence_blob = ?1");
  for (const std::string& name : names) {
    select.bind(1, name);
    if (!select.step()) orphans.push_back(name);
    select.reset();
  }
  return orphans;
}

std::vector<AbandonedRow> abandoned_rows(CaseStore::Impl& impl) {
  std::vector<AbandonedRow> pending;
  {
    sqlite::Statement select(
        impl.database, "SELECT id, blob, evidence_blob, writer FROM cases WHERE state = 'pending'");
    while (select.step()) {
      pending.push_back(AbandonedRow{base::CaseId{select.text(0)}, select.text(1), select.text(2),
                                     select.text(3)});
    }
  }
  if (pending.empty()) return pending;
  const WriterGate gate(impl.directory);
  std::map<std::string, bool> gone;
  std::vector<AbandonedRow> abandoned;
  for (AbandonedRow& row : pending) {
    const auto [known, fresh] = gone.try_emplace(row.writer, false);
    if (fresh) known->second = gate.gone(row.writer);
    if (known->second) abandoned.push_back(std::move(row));
  }
  return abandoned;
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
  CaseStore::Impl& impl = store.impl();
  std::vector<std::string> leftovers;
  for (const PurgeReason& reason : tombstones(impl)) {
    leftovers.push_back(fmt::format("case {}: its purge was begun and not ended", reason.id.value));
  }
  for (const CaseRow& row : store.list()) {
    const bool at_ceiling = row.ceiling && *row.ceiling <= now;
    const bool kept = row.expiry_rule == "policy" && !at_ceiling &&
                      (row.held || (policy.overdue_escalate && row.state == State::suspected));
    if (row.state == State::rejected) {
      leftovers.push_back(fmt::format("case {}: it was rejected", row.id.value));
    } else if (at_ceiling || (row.expires_at <= now && !kept)) {
      leftovers.push_back(fmt::format("case {}: it ended at {} ({})", row.id.value,
                                      base::to_string(row.expires_at), row.expiry_rule));
    }
  }
  for (const std::string& name : orphan_blobs(impl))
    leftovers.push_back(fmt::format("blob {}: it belongs to no case", name));
  for (const AbandonedRow& row : abandoned_rows(impl)) {
    leftovers.push_back(fmt::format("case {}: its writer died before it was stored", row.id.value));
  }
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
