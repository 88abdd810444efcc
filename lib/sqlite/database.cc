#include "sqlite/database.h"

#include <sqlite3.h>

#include <system_error>
#include <utility>

namespace proviso::sqlite {
namespace {

constexpr int kBusyMilliseconds = 10'000;

[[noreturn]] void fail(sqlite3* handle, int code, const std::string& name) {
  const int primary = code & 0xff;
  const auto exit = primary == SQLITE_BUSY || primary == SQLITE_LOCKED ? base::ExitCode::temp_fail
                    : primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ? base::ExitCode::data
                    : primary == SQLITE_CANTOPEN ? base::ExitCode::no_input
                                                 : base::ExitCode::io;
  throw base::Error(exit, handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code), name);
}

}  // namespace

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
  const int code = sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      &statement_, nullptr);
  if (code != SQLITE_OK) fail(database.handle(), code, database.name());
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int index, std::string_view text) {
  const int code = sqlite3_bind_text64(statement_, index, text.data() == nullptr ? "" : text.data(),
                                       text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) fail(database_->handle(), code, database_->name());
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, index, value);
  if (code != SQLITE_OK) fail(database_->handle(), code, database_->name());
  return *this;
}

Statement& Statement::bind(int index, std::span<const std::byte> blob) {
  const int code = blob.empty() ? sqlite3_bind_zeroblob(statement_, index, 0)
                                : sqlite3_bind_blob64(statement_, index, blob.data(), blob.size(),
                                                      SQLITE_TRANSIENT);
  if (code != SQLITE_OK) fail(database_->handle(), code, database_->name());
  return *this;
}

Statement& Statement::bind_null(int index) {
  const int code = sqlite3_bind_null(statement_, index);
  if (code != SQLITE_OK) fail(database_->handle(), code, database_->name());
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  fail(database_->handle(), code, database_->name());
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::string Statement::text(int column) const {
  const auto* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

base::Bytes Statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, data + sqlite3_column_bytes(statement_, column)};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Database::Database(const std::filesystem::path& path, Mode mode) : name_(path.string()) {
  const int flags = mode == Mode::read_only    ? SQLITE_OPEN_READONLY
                    : mode == Mode::read_write ? SQLITE_OPEN_READWRITE
                                               : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // SQLITE_OPEN_NOFOLLOW refuses a symbolic link anywhere in the path. Only the file itself must
  // not be one, so the folder is resolved first.
  std::error_code error;
  const std::filesystem::path folder =
      std::filesystem::canonical(path.has_parent_path() ? path.parent_path() : ".", error);
  const std::filesystem::path resolved = error ? path : folder / path.filename();
  const int code = sqlite3_open_v2(resolved.c_str(), &handle_,
                                   flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, nullptr);
  try {
    if (code != SQLITE_OK) fail(handle_, code, name_);
    sqlite3_busy_timeout(handle_, kBusyMilliseconds);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    run("PRAGMA trusted_schema=OFF");
    run("PRAGMA foreign_keys=ON");
    run("PRAGMA secure_delete=ON");
    if (mode != Mode::read_only) {
      run("PRAGMA journal_mode=WAL");
      run("PRAGMA synchronous=FULL");
    }
  } catch (const base::Error&) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), name_(std::move(other.name_)) {}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::run(std::string_view sql) {
  const std::string text(sql);
  const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(handle_, code, name_);
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

bool Database::checkpoint_truncate() {
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) return false;
  if (code != SQLITE_OK) fail(handle_, code, name_);
  return true;
}

Transaction::Transaction(Database& database) : database_(&database) {
  database_->run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // A rollback that fails changes nothing: an open transaction ends with the connection.
  if (open_) sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_->run("COMMIT");
  open_ = false;
}

}  // namespace proviso::sqlite
