#include "vault/case_store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "vault/case_store_impl.h"
#include "vault/outbox.h"
#include "vault/schema.h"

namespace proviso::vault {
namespace {

void make_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    base::throw_errno(errno, "cannot create", path.string(), base::ExitCode::cannot_create);
  }
}

bool may_move(State from, State to) {
  switch (from) {
    case State::suspected:
      return to == State::confirmed || to == State::confirmed_as_new || to == State::rejected ||
             to == State::reported;
    case State::confirmed:
    case State::confirmed_as_new:
      return to == State::reported;
    default:
      return false;
  }
}

void require_vault(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(directory / kDatabaseName, error)) {
    throw base::Error(base::ExitCode::no_input, "is no vault", directory.string(),
                      "'proviso init' makes one");
  }
}

}  // namespace

const std::string kRowColumns =
    "id, state, identified_at, expires_at, ceiling, confirmed_ceiling, expiry_rule, technology, "
    "list, class, "
    "previously_identified, service, region, kind, blob, blob_sha256, evidence_blob, "
    "evidence_sha256, envelope_sha256, bytes, "
    "instrument, held";

void bind_instant(sqlite::Statement& statement, int index,
                  const std::optional<base::Instant>& instant) {
  if (instant) {
    statement.bind(index, instant->seconds);
  } else {
    statement.bind_null(index);
  }
}

std::vector<std::string> live_purposes(sqlite::Database& database, const base::CaseId& id) {
  std::vector<std::string> purposes;
  sqlite::Statement select(
      database,
      "SELECT purpose FROM purposes WHERE case_id = ? AND ended IS NULL ORDER BY purpose");
  select.bind(1, id.value);
  while (select.step()) purposes.push_back(select.text(0));
  return purposes;
}

CaseRow row_of(sqlite::Database& database, sqlite::Statement& select, bool rehearsal) {
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
  row.expiry_rule = select.text(6);
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
  row.rehearsal = rehearsal;
  row.purposes = live_purposes(database, row.id);
  return row;
}

CaseRow require_case(CaseStore::Impl& impl, const base::CaseId& id) {
  sqlite::Statement select(impl.database, "SELECT " + kRowColumns + " FROM cases WHERE id = ?");
  select.bind(1, id.value);
  if (!select.step())
    throw base::Error(base::ExitCode::no_input, "there is no such case", "case " + id.value);
  return row_of(impl.database, select, impl.rehearsal);
}

void CaseStore::create(const std::filesystem::path& directory, bool rehearsal) {
  make_directory(directory);
  std::error_code error;
  if (std::filesystem::exists(directory / kDatabaseName, error)) {
    throw base::Error(base::ExitCode::cannot_create, "is a vault already", directory.string());
  }
  make_directory(directory / kBlobsName);
  make_directory(directory / kWritersName);
  base::write_new_file(directory / kDatabaseName, "",
                       0600);  // SQLite takes an empty file, and its mode for -wal and -shm
  sqlite::Database database(directory / kDatabaseName, sqlite::Database::Mode::create);
  create_tables(database, rehearsal);
  base::sync_directory(directory);
}

bool CaseStore::is_rehearsal(const std::filesystem::path& directory) {
  require_vault(directory);
  sqlite::Database database(directory / kDatabaseName, sqlite::Database::Mode::read_write);
  check_version(database, directory);
  return read_meta(database, "mode") == "rehearsal";
}

CaseStore CaseStore::open(const std::filesystem::path& directory, ledger::Ledger& ledger,
                          bool rehearsal) {
  require_vault(directory);
  auto impl = std::make_unique<Impl>(directory, rehearsal, &ledger);
  check_version(impl->database, directory);
  const std::string mode = read_meta(impl->database, "mode").value_or("");
  const std::string wanted = rehearsal ? "rehearsal" : "production";
  if (mode != wanted) {
    throw base::Error(base::ExitCode::config,
                      fmt::format("is a vault of mode {}, {} was expected", mode, wanted),
                      directory.string());
  }
  const std::string origin = ledger.checkpoint().origin;
  const std::optional<std::string> known = read_meta(impl->database, "origin");
  if (!known) {
    write_meta(impl->database, "origin", origin);
  } else if (*known != origin) {
    throw base::Error(base::ExitCode::config,
                      fmt::format("belongs to the ledger {}, not to {}", *known, origin),
                      directory.string());
  }
  deliver(impl->database, ledger, directory);
  return CaseStore(std::move(impl));
}

CaseStore::CaseStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaseStore::CaseStore(CaseStore&&) noexcept = default;
CaseStore::~CaseStore() = default;

const std::filesystem::path& CaseStore::directory() const { return impl_->directory; }

std::optional<CaseRow> CaseStore::find(const base::CaseId& id) const {
  sqlite::Statement select(
      impl_->database, "SELECT " + kRowColumns + " FROM cases WHERE id = ? AND state <> 'pending'");
  select.bind(1, id.value);
  if (!select.step()) return std::nullopt;
  return row_of(impl_->database, select, impl_->rehearsal);
}

std::vector<CaseRow> CaseStore::list(const std::function<bool(const CaseRow&)>& filter) const {
  std::vector<CaseRow> rows;
  sqlite::Statement select(impl_->database,
                           "SELECT " + kRowColumns +
                               " FROM cases WHERE state NOT IN ('pending', 'purged') "
                               "ORDER BY expires_at, id");
  while (select.step()) {
    CaseRow row = row_of(impl_->database, select, impl_->rehearsal);
    if (!filter || filter(row)) rows.push_back(std::move(row));
  }
  return rows;
}

void CaseStore::move(const base::CaseId& id, State to, const ledger::Entry& entry,
                     std::optional<base::Instant> expires_at, std::string_view expiry_rule) {
  sqlite::Transaction transaction(impl_->database);
  const CaseRow row = require_case(*impl_, id);
  if (!may_move(row.state, to)) {
    throw base::Error(base::ExitCode::usage,
                      fmt::format("cannot go from {} to {}", to_string(row.state), to_string(to)),
                      "case " + id.value);
  }
  // Someone looked at it, or the law lets it go unseen: the wait for review binds no longer. The
  // law's period still does.
  const std::optional<base::Instant> ceiling =
      to == State::rejected ? row.ceiling : row.confirmed_ceiling;
  base::Instant end = expires_at.value_or(to == State::rejected ? base::now() : row.expires_at);
  std::string rule = !expiry_rule.empty()    ? std::string(expiry_rule)
                     : expires_at            ? "policy"
                     : to == State::rejected ? "rejected"
                                             : row.expiry_rule;
  if (ceiling && *ceiling < end) {
    end = *ceiling;
    rule = "ST-02";
  }
  sqlite::Statement update(
      impl_->database,
      "UPDATE cases SET state = ?, expires_at = ?, ceiling = ?, expiry_rule = ? WHERE id = ?");
  update.bind(1, to_string(to)).bind(2, end.seconds);
  bind_instant(update, 3, ceiling);
  update.bind(4, rule).bind(5, id.value).run();
  post(impl_->database, entry);
  transaction.commit();
  deliver(impl_->database, *impl_->ledger, impl_->directory);
}

void CaseStore::keep_decision(const base::CaseId& id, const json::Json& decision) {
  sqlite::Transaction transaction(impl_->database);
  require_case(*impl_, id);
  sqlite::Statement insert(impl_->database,
                           "INSERT INTO decisions(case_id, decision) VALUES(?, ?)");
  insert.bind(1, id.value).bind(2, json::canonical(decision)).run();
  transaction.commit();
}

std::vector<json::Json> CaseStore::decisions(const base::CaseId& id) const {
  std::vector<json::Json> decisions;
  sqlite::Statement select(impl_->database,
                           "SELECT decision FROM decisions WHERE case_id = ? ORDER BY seq");
  select.bind(1, id.value);
  while (select.step())
    decisions.push_back(json::parse(select.text(0), "decision of case " + id.value));
  return decisions;
}

void CaseStore::hold(const base::CaseId& id, bool open_complaint) {
  sqlite::Transaction transaction(impl_->database);
  require_case(*impl_, id);
  sqlite::Statement update(impl_->database, "UPDATE cases SET held = ? WHERE id = ?");
  update.bind(1, std::int64_t{open_complaint}).bind(2, id.value).run();
  transaction.commit();
}

bool CaseStore::end_purpose(const base::CaseId& id, std::string_view purpose, base::Instant at) {
  sqlite::Transaction transaction(impl_->database);
  const CaseRow row = require_case(*impl_, id);
  sqlite::Statement update(
      impl_->database,
      "UPDATE purposes SET ended = ? WHERE case_id = ? AND purpose = ? AND ended IS NULL");
  update.bind(1, at.seconds).bind(2, id.value).bind(3, purpose).run();
  if (impl_->database.changes() == 0) return false;
  if (live_purposes(impl_->database, id).empty() && at < row.expires_at) {
    sqlite::Statement due(impl_->database,
                          "UPDATE cases SET expires_at = ?, expiry_rule = 'ST-04' WHERE id = ?");
    due.bind(1, at.seconds).bind(2, id.value).run();
  }
  transaction.commit();
  return true;
}

bool CaseStore::keep_token(const base::CaseId& id, std::string_view kind, std::string_view token) {
  sqlite::Transaction transaction(impl_->database);
  require_case(*impl_, id);
  sqlite::Statement other(impl_->database,
                          "SELECT 1 FROM tokens WHERE kind = ? AND token = ? AND case_id <> ?");
  other.bind(1, kind).bind(2, token).bind(3, id.value);
  const bool first = !other.step();
  other.reset();
  sqlite::Statement insert(impl_->database,
                           "INSERT OR IGNORE INTO tokens(case_id, kind, token) VALUES(?, ?, ?)");
  insert.bind(1, id.value).bind(2, kind).bind(3, token).run();
  transaction.commit();
  return first;
}

}  // namespace proviso::vault
