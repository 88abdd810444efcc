#include "vault/sqlite_case_database/rows.h"

namespace proviso::vault {

// An empty origin is of a program that knew version 1 of the tables, when a vault had one ledger.
const std::string kRowColumns =
    "id, state, identified_at, expires_at, ceiling, confirmed_ceiling, expiry_rule, technology, "
    "list, class, previously_identified, service, region, kind, blob, blob_sha256, evidence_blob, "
    "evidence_sha256, envelope_sha256, bytes, instrument, held, "
    "coalesce(nullif(origin, ''), (SELECT value FROM meta WHERE name = 'origin'), ''), store";

CaseRow row_of(sqlite::Database& database, sqlite::Statement& select, Mode mode) {
  const auto instant = [&](int column) -> std::optional<base::Instant> {
    if (select.is_null(column)) return std::nullopt;
    return base::Instant{select.integer(column)};
  };
  CaseRow row;
  row.id = base::CaseId{select.text(0)};
  const std::optional<State> state = ledger::parse<State>(select.text(1));
  if (!state)
    throw base::Error(base::ExitCode::data, "has a state that this program does not know",
                      "case " + row.id.value);
  row.state = *state;
  row.identified_at = base::Instant{select.integer(2)};
  row.expires_at = base::Instant{select.integer(3)};
  row.ceiling = instant(4);
  row.confirmed_ceiling = instant(5);
  const std::optional<ExpiryRule> rule = base::value_of(kExpiryRules, select.text(6));
  if (!rule)
    throw base::Error(base::ExitCode::data, "has an expiry rule that this program does not know",
                      "case " + row.id.value);
  row.expiry_rule = *rule;
  row.technology = select.text(7);
  row.list = select.text(8);
  row.material_class = select.text(9);
  row.previously_identified = select.integer(10) != 0;
  row.service = select.text(11);
  row.region = select.text(12);
  row.kind = select.text(13);
  row.blob = select.text(14);
  row.blob_sha256 = select.text(15);
  row.evidence_blob = select.text(16);
  row.evidence_sha256 = select.text(17);
  row.envelope_sha256 = select.text(18);
  row.bytes = static_cast<std::uint64_t>(select.integer(19));
  row.instrument = select.text(20);
  row.held = select.integer(21) != 0;
  row.origin = select.text(22);
  row.store = select.text(23);
  row.rehearsal = mode == Mode::rehearsal;
  row.purposes = purposes_of(database, row.id);
  return row;
}

std::optional<CaseRow> find_row(sqlite::Database& database, const base::CaseId& id, Mode mode) {
  sqlite::Statement select(database, "SELECT " + kRowColumns + " FROM cases WHERE id = ?");
  select.bind(1, id.value);
  if (!select.step()) return std::nullopt;
  return row_of(database, select, mode);
}

std::vector<std::string> purposes_of(sqlite::Database& database, const base::CaseId& id) {
  std::vector<std::string> purposes;
  sqlite::Statement select(
      database,
      "SELECT purpose FROM purposes WHERE case_id = ? AND ended IS NULL ORDER BY purpose");
  select.bind(1, id.value);
  while (select.step()) purposes.push_back(select.text(0));
  return purposes;
}

void bind_instant(sqlite::Statement& statement, int index,
                  const std::optional<base::Instant>& instant) {
  if (instant) {
    statement.bind(index, instant->seconds);
  } else {
    statement.bind_null(index);
  }
}

void run_for(sqlite::Database& database, std::string_view sql, const base::CaseId& id) {
  sqlite::Statement statement(database, sql);
  statement.bind(1, id.value).run();
}

void insert_line(sqlite::Database& database, const OutboxLine& line) {
  sqlite::Statement insert(database,
                           "INSERT OR IGNORE INTO outbox(event_id, origin, entry) VALUES(?, ?, ?)");
  insert.bind(1, line.event_id).bind(2, line.origin).bind(3, line.entry).run();
}

}  // namespace proviso::vault
