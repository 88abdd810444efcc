#include "vault/purge.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/random.h"
#include "ledger/facts.h"
#include "vault/blob.h"
#include "vault/case_store_impl.h"
#include "vault/fault.h"
#include "vault/outbox.h"
#include "vault/purge_parts.h"
#include "vault/replay_tags.h"

namespace proviso::vault {
namespace {

constexpr std::size_t kPurgeGroup = 256;

struct Doomed {
  base::CaseId id;
  std::string blob, evidence_blob, event_id;
  ledger::PurgeReason reason = ledger::PurgeReason::expired;
  std::string rule;
  State state = State::suspected;
};

base::FileLock lock_purge(const CaseStore::Impl& impl, bool wait) {
  std::optional<base::FileLock> lock = base::FileLock::take(impl.directory / "purge.lock", wait);
  if (!lock)
    throw base::Error(base::ExitCode::temp_fail, "another purge is at work",
                      impl.directory.string());
  return std::move(*lock);
}

void remove_all(CaseStore::Impl& impl, std::string_view sql, const base::CaseId& id) {
  sqlite::Statement statement(impl.database, sql);
  statement.bind(1, id.value).run();
}

// Tombstone, state and key gone in one transaction. A case that changed since it was planned is
// left for the next plan.
void bury(CaseStore::Impl& impl, const std::vector<PurgeReason>& group, base::Instant now) {
  sqlite::Transaction transaction(impl.database);
  for (const PurgeReason& reason : group) {
    sqlite::Statement update(impl.database,
                             "UPDATE cases SET state = 'purged', envelope = NULL WHERE id = ? AND "
                             "state = ? AND expires_at = ?");
    update.bind(1, reason.id.value)
        .bind(2, to_string(reason.state))
        .bind(3, reason.due.seconds)
        .run();
    if (impl.database.changes() == 0) continue;  // also: resumed, its tombstone stands
    sqlite::Statement insert(impl.database,
                             "INSERT OR IGNORE INTO tombstones(case_id, event_id, reason, rule, "
                             "citation, state, at) VALUES(?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, reason.id.value)
        .bind(2, crypto::random_hex(16))
        .bind(3, reason.reason)
        .bind(4, reason.rule)
        .bind(5, reason.citation)
        .bind(6, to_string(reason.state))
        .bind(7, now.seconds)
        .run();
    remove_all(impl, "DELETE FROM decisions WHERE case_id = ?", reason.id);
    remove_all(impl, "DELETE FROM purposes WHERE case_id = ?", reason.id);
    remove_all(impl, "DELETE FROM tokens WHERE case_id = ?", reason.id);
    start_tag_expiry(impl.database, reason.id, now);
  }
  transaction.commit();
}

template <class Word>
Word word(const std::string& text, const base::CaseId& id) {
  if (const auto known = ledger::parse<Word>(text)) return *known;
  throw base::Error(
      base::ExitCode::data,
      fmt::format("its tombstone has the word '{}', which this program does not know", text),
      "case " + id.value);
}

std::vector<Doomed> buried(CaseStore::Impl& impl, const std::vector<PurgeReason>& group) {
  std::vector<Doomed> doomed;
  sqlite::Statement select(
      impl.database,
      "SELECT t.event_id, t.reason, t.rule, t.state, c.blob, c.evidence_blob FROM tombstones t "
      "LEFT JOIN cases c ON c.id = t.case_id WHERE t.case_id = ?");
  for (const PurgeReason& reason : group) {
    select.bind(1, reason.id.value);
    if (select.step()) {
      Doomed one;
      one.id = reason.id;
      one.event_id = select.text(0);
      one.reason = word<ledger::PurgeReason>(select.text(1), reason.id);
      one.rule = select.text(2);
      one.state = word<State>(select.text(3), reason.id);
      one.blob = select.text(4);
      one.evidence_blob = select.text(5);
      doomed.push_back(std::move(one));
    }
    select.reset();
  }
  return doomed;
}

// Nothing of the keys may stay behind in the log. Its pages are overwritten by secure_delete and
// the truncation.
void truncate_log(CaseStore::Impl& impl) {
  if (!impl.database.checkpoint_truncate()) {
    throw base::Error(base::ExitCode::temp_fail,
                      "its write-ahead log is busy, so no key is surely gone yet",
                      impl.directory.string(), "run purge again: it goes on where it stopped");
  }
}

std::uint64_t purge_group(CaseStore::Impl& impl, ledger::Ledger& ledger,
                          const std::vector<PurgeReason>& group, base::Instant now) {
  bury(impl, group, now);
  fault::at("purge.tombstones", impl.rehearsal);
  truncate_log(impl);
  fault::at("purge.truncated", impl.rehearsal);
  const std::vector<Doomed> doomed = buried(impl, group);
  for (const Doomed& one : doomed) {
    if (!one.blob.empty()) destroy_blob(impl.blobs.get(), one.blob);
    if (!one.evidence_blob.empty()) destroy_blob(impl.blobs.get(), one.evidence_blob);
    fault::at("purge.blob", impl.rehearsal);
  }
  impl.sync_blobs();
  fault::at("purge.blobs", impl.rehearsal);

  std::vector<ledger::Entry> entries;
  for (const Doomed& one : doomed) {
    entries.push_back(to_entry(ledger::CasePurged{one.id, one.reason, one.rule, one.state}, "purge",
                               {}, one.event_id));
  }
  if (!entries.empty()) ledger.append(entries);
  fault::at("purge.ledger", impl.rehearsal);

  sqlite::Transaction transaction(impl.database);
  for (const Doomed& one : doomed) {
    remove_all(impl, "DELETE FROM cases WHERE id = ?", one.id);
    remove_all(impl, "DELETE FROM tombstones WHERE case_id = ?", one.id);
  }
  transaction.commit();
  fault::at("purge.rows", impl.rehearsal);
  return doomed.size();
}

std::uint64_t purge_all(CaseStore::Impl& impl, ledger::Ledger& ledger,
                        const std::vector<PurgeReason>& cases, base::Instant now) {
  std::uint64_t purged = 0;
  for (std::size_t from = 0; from < cases.size(); from += kPurgeGroup) {
    const std::size_t to = std::min(cases.size(), from + kPurgeGroup);
    const std::vector<PurgeReason> group(cases.begin() + static_cast<std::ptrdiff_t>(from),
                                         cases.begin() + static_cast<std::ptrdiff_t>(to));
    purged += purge_group(impl, ledger, group, now);
  }
  return purged;
}

void sweep(CaseStore::Impl& impl, base::Instant now, PurgeCounts& counts) {
  for (const AbandonedRow& row : abandoned_rows(impl)) {
    destroy_blob(impl.blobs.get(), row.blob);
    if (!row.evidence_blob.empty()) destroy_blob(impl.blobs.get(), row.evidence_blob);
    remove_all(impl, "DELETE FROM cases WHERE id = ? AND state = 'pending'", row.id);
    ++counts.pending_rows;
  }
  for (const std::string& name : orphan_blobs(impl)) {
    if (destroy_blob(impl.blobs.get(), name)) ++counts.orphan_blobs;
  }
  impl.sync_blobs();
  WriterGate(impl.directory).sweep();
  sweep_tags(impl.database, now);
}

PurgeCounts run(CaseStore& store, ledger::Ledger& ledger, const policy::Policy* policy,
                const PurgePlan& plan, base::Instant now) {
  CaseStore::Impl& impl = store.impl();
  const base::FileLock lock = lock_purge(impl, false);
  if (plan.clock_confirmed) {
    ledger.append(to_entry(ledger::ClockConfirmed{now}, "purge"));
  }
  // The law's ends and what people decided first; what the policy alone ends may be held back.
  std::vector<PurgeReason> bound, by_policy;
  for (const PurgeReason& reason : plan.cases) {
    const bool is_bound = reason.at_ceiling || reason.reason != "expired";
    (is_bound ? bound : by_policy).push_back(reason);
  }
  PurgeCounts counts;
  counts.cases = purge_all(impl, ledger, bound, now);
  sweep(impl, now, counts);
  if (policy != nullptr) counts.spool_files = spool::remove_leftovers(policy->spool, plan.spool);

  const bool tripped = policy != nullptr && policy->purge_max_share &&
                       by_policy.size() > kBreakerFloor &&
                       static_cast<double>(by_policy.size()) >
                           *policy->purge_max_share * static_cast<double>(plan.all_cases);
  if (!tripped) counts.cases += purge_all(impl, ledger, by_policy, now);

  ledger.append(to_entry(
      ledger::PurgeRun{counts.cases, counts.spool_files, counts.orphan_blobs, counts.pending_rows,
                       plan.kept.size(), tripped ? by_policy.size() : 0, policy != nullptr},
      "purge"));
  base::write_file_atomically(impl.directory / "checkpoint",
                              base::read_file(ledger.directory() / "checkpoint"), 0600);

  if (tripped) {
    throw base::Error(
        base::ExitCode::breaker,
        fmt::format(
            "{} of {} cases would go that are not at their ceiling, more than purge.max_share {}",
            by_policy.size(), plan.all_cases, *policy->purge_max_share),
        "purge",
        "look at 'proviso purge --dry-run'; if it is right, raise purge.max_share for this run");
  }
  if (!plan.unreadable.empty()) {
    std::vector<base::Finding> findings;
    for (const std::string& folder : plan.unreadable) findings.push_back({"spool", folder});
    throw base::Error(base::ExitCode::io, std::move(findings));
  }
  return counts;
}

}  // namespace

PurgeCounts run_purge(CaseStore& store, ledger::Ledger& ledger, const policy::Policy& policy,
                      const PurgePlan& plan, base::Instant now) {
  return run(store, ledger, &policy, plan, now);
}

PurgeCounts run_ceilings(CaseStore& store, ledger::Ledger& ledger, const PurgePlan& plan,
                         base::Instant now) {
  return run(store, ledger, nullptr, plan, now);
}

void purge_case(CaseStore& store, ledger::Ledger& ledger, const base::CaseId& id,
                std::string_view reason, const law::Refusal& rule) {
  CaseStore::Impl& impl = store.impl();
  const base::FileLock lock = lock_purge(impl, true);
  const CaseRow row = require_case(impl, id);
  PurgeReason one;
  one.id = id;
  one.reason = std::string(reason);
  one.rule = rule.rule;
  one.citation = rule.citation;
  one.due = row.expires_at;
  one.state = row.state;
  purge_group(impl, ledger, {one}, base::now());
}

}  // namespace proviso::vault
