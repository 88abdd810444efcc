#include <string.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "crypto/random.h"
#include "vault/expiry.h"
#include "vault/sqlite_case_database/database.h"
#include "vault/sqlite_case_database/rows.h"

namespace proviso::vault {
namespace {

constexpr std::size_t kReplayKeyBytes = 32;

// A random number: SQLite would give that of a key that was swept to the next one, and are_live()
// would take the two for one.
std::int64_t new_key_id() {
  std::array<std::byte, 8> raw{};
  crypto::random_bytes(raw);
  std::int64_t id = 0;
  for (const std::byte byte : raw) id = (id & 0x3fffffffffffff) << 8 | std::to_integer<int>(byte);
  return id;
}

void make_key(sqlite::Database& database, const std::string& day) {
  base::SecretBytes key(kReplayKeyBytes);
  crypto::random_bytes(key.span());
  sqlite::Statement insert(database, "INSERT INTO replay_keys(id, day, key) VALUES(?, ?, ?)");
  insert.bind(1, new_key_id()).bind(2, day).bind(3, std::span<const std::byte>(key.span())).run();
}

bool are_live(sqlite::Database& database, std::span<const std::int64_t> keys) {
  std::vector<std::int64_t> live;
  sqlite::Statement select(database, "SELECT id FROM replay_keys ORDER BY day");
  while (select.step()) live.push_back(select.integer(0));
  return std::equal(live.begin(), live.end(), keys.begin(), keys.end());
}

// Looks for an item under its tags; a tag past its end does not count, swept or not.
class TagLookup {
 public:
  TagLookup(sqlite::Database& database, Mode mode, base::Instant now)
      : database_(database),
        select_(database,
                "SELECT case_id, case_expires FROM tags WHERE tag = ? AND (expires IS NULL OR "
                "expires > ?)"),
        mode_(mode),
        now_(now) {}

  std::optional<Replay> find(const ReplayTags& tags) {
    // Newest first: redeliveries come soon.
    for (auto tag = tags.rbegin(); tag != tags.rend(); ++tag) {
      select_.bind(1, std::span<const std::byte>(*tag)).bind(2, now_.seconds);
      const bool known = select_.step();
      Replay replay;
      if (known) {
        replay.case_id = base::CaseId{select_.text(0)};
        replay.case_expires = base::Instant{select_.integer(1)};
      }
      select_.reset();
      if (!known) continue;
      replay.row = find_row(database_, replay.case_id, mode_);
      return replay;
    }
    return std::nullopt;
  }

 private:
  sqlite::Database& database_;
  sqlite::Statement select_;
  Mode mode_;
  base::Instant now_;
};

// A repeat of admit() finds its row made.
void insert_pending(sqlite::Database& database, const CaseRow& row, const Writer& writer) {
  sqlite::Statement insert(
      database,
      "INSERT OR IGNORE INTO cases(id, state, identified_at, expires_at, ceiling, "
      "confirmed_ceiling, expiry_rule, technology, list, class, previously_identified, service, "
      "region, kind, blob, evidence_blob, instrument, writer, origin, store) "
      "VALUES(?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, row.id.value).bind(2, row.identified_at.seconds).bind(3, row.expires_at.seconds);
  bind_instant(insert, 4, row.ceiling);
  bind_instant(insert, 5, row.confirmed_ceiling);
  insert.bind(6, to_string(row.expiry_rule))
      .bind(7, row.technology)
      .bind(8, row.list)
      .bind(9, row.material_class)
      .bind(10, std::int64_t{row.previously_identified})
      .bind(11, row.service)
      .bind(12, row.region)
      .bind(13, row.kind)
      .bind(14, row.blob)
      .bind(15, row.evidence_blob)
      .bind(16, row.instrument)
      .bind(17, writer.name())
      .bind(18, row.origin)
      .bind(19, row.store)
      .run();
}

void remove_pending(sqlite::Database& database, const base::CaseId& id) {
  run_for(database, "DELETE FROM cases WHERE id = ? AND state = 'pending'", id);
}

// While its case lives the tag has no end.
void insert_tag(sqlite::Database& database, const Settlement& settled, std::int64_t key,
                const base::Sha256& tag) {
  sqlite::Statement insert(
      database,
      "INSERT OR REPLACE INTO tags(tag, replay_key, case_id, replay, ceiling, "
      "case_expires) VALUES(?1, ?2, ?3, ?4, ?5, (SELECT expires_at FROM cases WHERE id = ?3))");
  insert.bind(1, std::span<const std::byte>(tag))
      .bind(2, key)
      .bind(3, settled.id.value)
      .bind(4, base::to_string(settled.replay));
  bind_instant(insert, 5, settled.tag_ceiling);
  insert.run();
}

void make_suspected(sqlite::Database& database, const Settlement& settled, base::Instant now) {
  sqlite::Statement update(database,
                           "UPDATE cases SET state = 'suspected', writer = '', blob_sha256 = ?, "
                           "evidence_sha256 = ?, envelope = ?, envelope_sha256 = ?, bytes = ? "
                           "WHERE id = ? AND state = 'pending'");
  update.bind(1, settled.blob_sha256)
      .bind(2, settled.evidence_sha256)
      .bind(3, std::span<const std::byte>(settled.envelope))
      .bind(4, settled.envelope_sha256)
      .bind(5, static_cast<std::int64_t>(settled.bytes))
      .bind(6, settled.id.value)
      .run();
  if (database.changes() != 1) {
    throw base::Error(base::ExitCode::software, "its pending row was swept while it was written",
                      "case " + settled.id.value);
  }
  sqlite::Statement purpose(database,
                            "INSERT INTO purposes(case_id, purpose, started) VALUES(?, ?, ?)");
  for (const std::string& name : settled.purposes) {
    purpose.bind(1, settled.id.value).bind(2, name).bind(3, now.seconds).run();
  }
  insert_line(database, settled.line);
}

}  // namespace

ReplayKeys SqliteCaseDatabase::replay_keys(base::Instant now) {
  const std::string day = base::to_string(base::date_of(now));
  sqlite::Transaction transaction(database_);
  sqlite::Statement exists(database_, "SELECT 1 FROM replay_keys WHERE day = ?");
  exists.bind(1, day);
  const bool known = exists.step();
  exists.reset();
  if (!known) make_key(database_, day);
  ReplayKeys live;
  sqlite::Statement select(database_, "SELECT id, day, key FROM replay_keys ORDER BY day");
  while (select.step()) {
    if (select.text(1) == day) live.today = live.keys.size();
    base::Bytes bytes = select.blob(2);
    live.keys.push_back(
        ReplayKey{select.integer(0), base::SecretBytes(std::span<const std::byte>(bytes))});
    ::explicit_bzero(bytes.data(), bytes.size());
  }
  select.reset();
  transaction.commit();
  return live;
}

std::optional<std::vector<std::optional<Replay>>> SqliteCaseDatabase::admit(
    std::span<const std::int64_t> keys, std::span<const Admission> items, const Writer& writer,
    base::Instant now) {
  sqlite::Transaction transaction(database_);
  if (!are_live(database_, keys)) return std::nullopt;
  TagLookup tags(database_, mode_, now);
  std::vector<std::optional<Replay>> answers;
  for (const Admission& item : items) {
    answers.push_back(tags.find(item.tags));
    if (!answers.back() && item.row) insert_pending(database_, *item.row, writer);
  }
  transaction.commit();
  return answers;
}

std::optional<std::vector<std::optional<Replay>>> SqliteCaseDatabase::settle(
    std::span<const std::int64_t> keys, std::size_t today, std::span<const Settlement> cases,
    base::Instant now) {
  sqlite::Transaction transaction(database_);
  if (!are_live(database_, keys)) return std::nullopt;
  TagLookup tags(database_, mode_, now);
  std::vector<std::optional<Replay>> answers;
  for (const Settlement& one : cases) {
    std::optional<Replay> replay = tags.find(one.tags);
    const bool own = replay && replay->case_id == one.id;  // this call is a repeat
    if (replay && !own) remove_pending(database_, one.id);
    if (!replay) {
      make_suspected(database_, one, now);
      insert_tag(database_, one, keys[today], one.tags.at(today));
    }
    answers.push_back(own ? std::nullopt : std::move(replay));
  }
  transaction.commit();
  return answers;
}

void SqliteCaseDatabase::withdraw(std::span<const base::CaseId> ids) {
  sqlite::Transaction transaction(database_);
  for (const base::CaseId& id : ids) remove_pending(database_, id);
  transaction.commit();
}

std::optional<CaseRow> SqliteCaseDatabase::shorten(const base::CaseId& id,
                                                   base::Instant identified_at,
                                                   const Expiry& expiry) {
  sqlite::Transaction transaction(database_);
  std::optional<CaseRow> row = find_row(database_, id, mode_);
  if (row && bring_forward(*row, identified_at, expiry)) {
    sqlite::Statement update(
        database_,
        "UPDATE cases SET identified_at = ?, expires_at = ?, ceiling = ?, confirmed_ceiling = ?, "
        "expiry_rule = ? WHERE id = ?");
    update.bind(1, row->identified_at.seconds).bind(2, row->expires_at.seconds);
    bind_instant(update, 3, row->ceiling);
    bind_instant(update, 4, row->confirmed_ceiling);
    update.bind(5, to_string(row->expiry_rule)).bind(6, id.value).run();
  }
  transaction.commit();
  return row;
}

}  // namespace proviso::vault
