#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "vault/sqlite_case_database/database.h"
#include "vault/sqlite_case_database/rows.h"

namespace proviso::vault {
namespace {

class LockedLease final : public Lease {
 public:
  explicit LockedLease(base::FileLock lock) : lock_(std::move(lock)) {}

 private:
  base::FileLock lock_;
};

const std::string kTombstones =
    "SELECT t.case_id, t.event_id, t.reason, t.rule, t.citation, t.state, t.at, "
    "coalesce(nullif(c.origin, ''), (SELECT value FROM meta WHERE name = 'origin'), ''), "
    "coalesce(c.store, 'local'), coalesce(c.blob, ''), coalesce(c.evidence_blob, '') "
    "FROM tombstones t LEFT JOIN cases c ON c.id = t.case_id ";

Tombstone tombstone_of(const sqlite::Statement& select) {
  Tombstone tombstone;
  tombstone.id = base::CaseId{select.text(0)};
  tombstone.event_id = select.text(1);
  const std::optional<PurgeReason> reason = ledger::parse<PurgeReason>(select.text(2));
  if (!reason)
    throw base::Error(base::ExitCode::data,
                      fmt::format("its tombstone has the word '{}', which this program does not "
                                  "know",
                                  select.text(2)),
                      "case " + tombstone.id.value);
  tombstone.reason = *reason;
  tombstone.rule = select.text(3);
  tombstone.citation = select.text(4);
  const std::optional<State> state = ledger::parse<State>(select.text(5));
  if (!state)
    throw base::Error(base::ExitCode::data,
                      "its tombstone has a state that this program does not know",
                      "case " + tombstone.id.value);
  tombstone.state = *state;
  tombstone.at = base::Instant{select.integer(6)};
  tombstone.origin = select.text(7);
  tombstone.store = select.text(8);
  tombstone.blob = select.text(9);
  tombstone.evidence_blob = select.text(10);
  return tombstone;
}

// The case is gone at `now`: its tag's remaining life starts.
void start_tag_expiry(sqlite::Database& database, const base::CaseId& id, base::Instant now) {
  sqlite::Statement select(database, "SELECT replay, ceiling FROM tags WHERE case_id = ?");
  select.bind(1, id.value);
  if (!select.step()) return;
  base::Instant end = base::add(now, base::parse_period(select.text(0)).value_or(base::Period{}));
  if (!select.is_null(1)) end = std::min(end, base::Instant{select.integer(1)});
  select.reset();
  sqlite::Statement update(database, "UPDATE tags SET expires = ? WHERE case_id = ?");
  update.bind(1, end.seconds).bind(2, id.value).run();
}

// False if the case is not as it was planned, or is buried.
bool null_envelope(sqlite::Database& database, const Burial& burial) {
  sqlite::Statement update(database,
                           "UPDATE cases SET state = 'purged', envelope = NULL WHERE id = ? AND "
                           "state = ? AND expires_at = ?");
  update.bind(1, burial.id.value)
      .bind(2, to_string(burial.state))
      .bind(3, burial.expires_at.seconds)
      .run();
  return database.changes() != 0;
}

void insert_tombstone(sqlite::Database& database, const Burial& burial, base::Instant now) {
  sqlite::Statement insert(database,
                           "INSERT OR IGNORE INTO tombstones(case_id, event_id, reason, rule, "
                           "citation, state, at) VALUES(?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, burial.id.value)
      .bind(2, burial.event_id)
      .bind(3, to_string(burial.reason))
      .bind(4, burial.rule)
      .bind(5, burial.citation)
      .bind(6, to_string(burial.state))
      .bind(7, now.seconds)
      .run();
}

}  // namespace

std::unique_ptr<Lease> SqliteCaseDatabase::lease(bool wait) {
  std::optional<base::FileLock> lock = base::FileLock::take(folder_ / "purge.lock", wait);
  if (!lock) return nullptr;
  return std::make_unique<LockedLease>(std::move(*lock));
}

std::vector<Tombstone> SqliteCaseDatabase::bury(std::span<const Burial> group, base::Instant now) {
  sqlite::Transaction transaction(database_);
  for (const Burial& burial : group) {
    if (!null_envelope(database_, burial)) continue;
    insert_tombstone(database_, burial, now);
    run_for(database_, "DELETE FROM decisions WHERE case_id = ?", burial.id);
    run_for(database_, "DELETE FROM purposes WHERE case_id = ?", burial.id);
    run_for(database_, "DELETE FROM tokens WHERE case_id = ?", burial.id);
    start_tag_expiry(database_, burial.id, now);
  }
  std::vector<Tombstone> buried;
  sqlite::Statement select(database_, kTombstones + "WHERE t.case_id = ?");
  for (const Burial& burial : group) {
    select.bind(1, burial.id.value);
    if (select.step()) buried.push_back(tombstone_of(select));
    select.reset();
  }
  transaction.commit();
  return buried;
}

std::vector<Tombstone> SqliteCaseDatabase::tombstones(const base::CaseId& after,
                                                      std::size_t limit) {
  std::vector<Tombstone> found;
  sqlite::Statement select(database_,
                           kTombstones + "WHERE t.case_id > ? ORDER BY t.case_id LIMIT ?");
  select.bind(1, after.value).bind(2, static_cast<std::int64_t>(limit));
  while (select.step()) found.push_back(tombstone_of(select));
  return found;
}

// Pages of the database are overwritten by secure_delete, those of the log by its truncation.
bool SqliteCaseDatabase::scrub() { return database_.checkpoint_truncate(); }

void SqliteCaseDatabase::forget(std::span<const base::CaseId> ids) {
  sqlite::Transaction transaction(database_);
  for (const base::CaseId& id : ids) {
    run_for(database_, "DELETE FROM cases WHERE id = ? AND state = 'purged'", id);
    run_for(database_, "DELETE FROM tombstones WHERE case_id = ?", id);
  }
  transaction.commit();
}

std::vector<std::string> SqliteCaseDatabase::unowned_blobs(std::string_view store,
                                                           std::span<const std::string> names) {
  std::vector<std::string> unowned;
  sqlite::Statement select(database_,
                           "SELECT 1 FROM cases WHERE blob = ?1 AND store = ?2 UNION ALL "
                           "SELECT 1 FROM cases WHERE evidence_blob = ?1 AND store = ?2");
  for (const std::string& name : names) {
    select.bind(1, name).bind(2, store);
    if (!select.step()) unowned.push_back(name);
    select.reset();
  }
  return unowned;
}

void SqliteCaseDatabase::sweep_replays(base::Instant now) {
  sqlite::Transaction transaction(database_);
  sqlite::Statement tags(database_, "DELETE FROM tags WHERE expires IS NOT NULL AND expires <= ?");
  tags.bind(1, now.seconds).run();
  database_.run("DELETE FROM replay_keys WHERE id NOT IN (SELECT replay_key FROM tags)");
  transaction.commit();
}

}  // namespace proviso::vault
