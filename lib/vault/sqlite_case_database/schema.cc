#include "vault/sqlite_case_database/schema.h"

#include "base/error.h"

namespace proviso::vault {
namespace {

constexpr std::string_view kVersion = "2";

// Instants are seconds since 1970-01-01T00:00:00Z. Personal data is in `envelope` alone.
constexpr std::string_view kTables = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cases(
  id TEXT PRIMARY KEY, state TEXT NOT NULL, identified_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  ceiling INTEGER, confirmed_ceiling INTEGER, expiry_rule TEXT NOT NULL,
  technology TEXT NOT NULL, list TEXT NOT NULL, class TEXT NOT NULL, previously_identified INTEGER NOT NULL,
  service TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL,
  blob TEXT NOT NULL UNIQUE, blob_sha256 TEXT NOT NULL DEFAULT '',
  evidence_blob TEXT NOT NULL DEFAULT '', evidence_sha256 TEXT NOT NULL DEFAULT '',
  envelope BLOB, envelope_sha256 TEXT NOT NULL DEFAULT '', bytes INTEGER NOT NULL DEFAULT 0,
  instrument TEXT NOT NULL, writer TEXT NOT NULL DEFAULT '', held INTEGER NOT NULL DEFAULT 0,
  origin TEXT NOT NULL DEFAULT '', store TEXT NOT NULL DEFAULT 'local');
CREATE INDEX cases_by_end ON cases(expires_at);
CREATE INDEX cases_by_evidence ON cases(evidence_blob);
CREATE TABLE purposes(case_id TEXT NOT NULL REFERENCES cases(id) ON DELETE CASCADE, purpose TEXT NOT NULL,
  started INTEGER NOT NULL, ended INTEGER, PRIMARY KEY(case_id, purpose));
CREATE TABLE decisions(seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases(id) ON DELETE CASCADE,
  decision TEXT NOT NULL);
CREATE INDEX decisions_by_case ON decisions(case_id);
CREATE TABLE tokens(case_id TEXT NOT NULL REFERENCES cases(id) ON DELETE CASCADE, kind TEXT NOT NULL, token TEXT NOT NULL,
  PRIMARY KEY(case_id, kind, token));
CREATE INDEX tokens_by_token ON tokens(kind, token);
CREATE TABLE replay_keys(id INTEGER PRIMARY KEY, day TEXT NOT NULL UNIQUE, key BLOB NOT NULL);
CREATE TABLE tags(tag BLOB PRIMARY KEY, replay_key INTEGER NOT NULL REFERENCES replay_keys(id), case_id TEXT NOT NULL,
  replay TEXT NOT NULL, ceiling INTEGER, expires INTEGER, case_expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX tags_by_case ON tags(case_id);
CREATE INDEX tags_by_key ON tags(replay_key);
CREATE TABLE outbox(seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE, entry TEXT NOT NULL,
  origin TEXT NOT NULL DEFAULT '');
CREATE TABLE tombstones(case_id TEXT PRIMARY KEY, event_id TEXT NOT NULL, reason TEXT NOT NULL, rule TEXT NOT NULL,
  citation TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// Version 1 had one ledger and one blob folder. The columns have defaults, so that a program of
// that time that has the vault open goes on writing; it names the columns that it knows.
constexpr std::string_view kFrom1 = R"sql(
ALTER TABLE cases ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN store TEXT NOT NULL DEFAULT 'local';
ALTER TABLE outbox ADD COLUMN origin TEXT NOT NULL DEFAULT '';
UPDATE cases SET origin = coalesce((SELECT value FROM meta WHERE name = 'origin'), '');
UPDATE outbox SET origin = coalesce((SELECT value FROM meta WHERE name = 'origin'), '');
)sql";

}  // namespace

void create_tables(sqlite::Database& database, Mode mode) {
  sqlite::Transaction transaction(database);
  database.run(kTables);
  write_meta(database, "version", kVersion);
  write_meta(database, "mode", to_string(mode));
  transaction.commit();
}

std::optional<std::string> read_meta(sqlite::Database& database, std::string_view name) {
  sqlite::Statement statement(database, "SELECT value FROM meta WHERE name = ?");
  statement.bind(1, name);
  if (!statement.step()) return std::nullopt;
  return statement.text(0);
}

void write_meta(sqlite::Database& database, std::string_view name, std::string_view value) {
  sqlite::Statement statement(database, "INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)");
  statement.bind(1, name).bind(2, value).run();
}

Mode migrate(sqlite::Database& database, const std::filesystem::path& folder) {
  std::optional<std::string> version = read_meta(database, "version");
  if (version == "1") {
    sqlite::Transaction transaction(database);
    version = read_meta(database, "version");  // another process may have been faster
    if (version == "1") {
      database.run(kFrom1);
      write_meta(database, "version", kVersion);
      version = kVersion;
    }
    transaction.commit();
  }
  if (version != kVersion) {
    throw base::Error(base::ExitCode::data,
                      "is a vault of version " + version.value_or("none") +
                          ", this program knows versions 1 and 2",
                      folder.string());
  }
  return read_meta(database, "mode") == to_string(Mode::rehearsal) ? Mode::rehearsal
                                                                   : Mode::production;
}

}  // namespace proviso::vault
