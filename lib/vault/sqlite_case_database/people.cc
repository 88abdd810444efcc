#include "base/error.h"
#include "vault/sqlite_case_database/database.h"
#include "vault/sqlite_case_database/rows.h"

namespace proviso::vault {
namespace {

constexpr std::string_view kStays = "state NOT IN ('pending', 'purged')";

class Change final : public CaseChange {
 public:
  Change(sqlite::Database& database, CaseRow locked)
      : database_(database), row_(std::move(locked)) {}

  const CaseRow& row() const override { return row_; }

  void move(const Move& to) override {
    sqlite::Statement update(
        database_,
        "UPDATE cases SET state = ?, expires_at = ?, ceiling = ?, expiry_rule = ? WHERE id = ?");
    update.bind(1, to_string(to.state)).bind(2, to.expires_at.seconds);
    bind_instant(update, 3, to.ceiling);
    update.bind(4, to_string(to.expiry_rule)).bind(5, row_.id.value).run();
    row_.state = to.state;
    row_.expires_at = to.expires_at;
    row_.ceiling = to.ceiling;
    row_.expiry_rule = to.expiry_rule;
  }

  void keep_decision(std::string_view decision) override {
    sqlite::Statement insert(
        database_,
        "INSERT INTO decisions(case_id, decision) SELECT ?1, ?2 WHERE NOT "
        "EXISTS(SELECT 1 FROM decisions WHERE case_id = ?1 AND decision = ?2)");
    insert.bind(1, row_.id.value).bind(2, decision).run();
  }

  void hold(bool held) override {
    sqlite::Statement update(database_, "UPDATE cases SET held = ? WHERE id = ?");
    update.bind(1, std::int64_t{held}).bind(2, row_.id.value).run();
    row_.held = held;
  }

  bool end_purpose(std::string_view purpose, base::Instant at) override {
    sqlite::Statement update(
        database_,
        "UPDATE purposes SET ended = ? WHERE case_id = ? AND purpose = ? AND ended IS NULL");
    update.bind(1, at.seconds).bind(2, row_.id.value).bind(3, purpose).run();
    if (database_.changes() == 0) return false;
    row_.purposes = purposes_of(database_, row_.id);
    return true;
  }

  bool keep_token(std::string_view kind, std::string_view token) override {
    sqlite::Statement other(database_,
                            "SELECT 1 FROM tokens WHERE kind = ? AND token = ? AND case_id <> ?");
    other.bind(1, kind).bind(2, token).bind(3, row_.id.value);
    const bool first = !other.step();
    other.reset();
    sqlite::Statement insert(database_,
                             "INSERT OR IGNORE INTO tokens(case_id, kind, token) VALUES(?, ?, ?)");
    insert.bind(1, row_.id.value).bind(2, kind).bind(3, token).run();
    return first;
  }

  void post(const OutboxLine& line) override { insert_line(database_, line); }

 private:
  sqlite::Database& database_;
  CaseRow row_;
};

}  // namespace

std::optional<CaseRow> SqliteCaseDatabase::find(const base::CaseId& id) {
  std::optional<CaseRow> row = find_row(database_, id, mode_);
  if (row && row->state == State::pending) return std::nullopt;
  return row;
}

std::vector<CaseRow> SqliteCaseDatabase::page(const CaseRow* after, std::size_t limit) {
  std::vector<CaseRow> rows;
  sqlite::Statement select(database_,
                           "SELECT " + kRowColumns + " FROM cases WHERE " + std::string(kStays) +
                               (after != nullptr ? " AND (expires_at, id) > (?2, ?3)" : "") +
                               " ORDER BY expires_at, id LIMIT ?1");
  select.bind(1, static_cast<std::int64_t>(limit));
  if (after != nullptr) select.bind(2, after->expires_at.seconds).bind(3, after->id.value);
  while (select.step()) rows.push_back(row_of(database_, select, mode_));
  return rows;
}

std::uint64_t SqliteCaseDatabase::count() {
  sqlite::Statement select(database_, "SELECT count(*) FROM cases WHERE " + std::string(kStays));
  select.step();
  return static_cast<std::uint64_t>(select.integer(0));
}

std::optional<base::Bytes> SqliteCaseDatabase::envelope(const base::CaseId& id) {
  sqlite::Statement select(database_,
                           "SELECT envelope FROM cases WHERE id = ? AND " + std::string(kStays));
  select.bind(1, id.value);
  if (!select.step() || select.is_null(0)) return std::nullopt;
  return select.blob(0);
}

std::vector<std::string> SqliteCaseDatabase::decisions(const base::CaseId& id) {
  std::vector<std::string> kept;
  sqlite::Statement select(database_,
                           "SELECT decision FROM decisions WHERE case_id = ? ORDER BY seq");
  select.bind(1, id.value);
  while (select.step()) kept.push_back(select.text(0));
  return kept;
}

std::vector<std::string> SqliteCaseDatabase::live_purposes(const base::CaseId& id) {
  return purposes_of(database_, id);
}

void SqliteCaseDatabase::change(const base::CaseId& id,
                                const std::function<void(CaseChange&)>& fn) {
  sqlite::Transaction transaction(database_);
  std::optional<CaseRow> row = find_row(database_, id, mode_);
  if (!row)
    throw base::Error(base::ExitCode::no_input, "there is no such case", "case " + id.value);
  Change locked(database_, std::move(*row));
  fn(locked);
  transaction.commit();
}

}  // namespace proviso::vault
