#include <sys/stat.h>

#include <cerrno>
#include <map>
#include <system_error>

#include "base/file.h"
#include "vault/sqlite_case_database/database.h"
#include "vault/sqlite_case_database/schema.h"
#include "vault/sqlite_case_database/writers.h"

namespace proviso::vault {
namespace {

void make_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    base::throw_errno(errno, "cannot create", path.string(), base::ExitCode::cannot_create);
  }
}

sqlite::Database open_file(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(folder / kDatabaseName, error)) {
    throw base::Error(base::ExitCode::no_input, "is no vault", folder.string(),
                      "'proviso init' makes one");
  }
  return sqlite::Database(folder / kDatabaseName, sqlite::Database::Mode::read_write);
}

}  // namespace

void SqliteCaseDatabase::create(const std::filesystem::path& folder, Mode wanted) {
  make_directory(folder);
  std::error_code error;
  if (std::filesystem::exists(folder / kDatabaseName, error)) {
    throw base::Error(base::ExitCode::cannot_create, "is a vault already", folder.string());
  }
  make_directory(folder / kWritersName);
  // SQLite takes an empty file, and its mode for -wal and -shm.
  base::write_new_file(folder / kDatabaseName, "", 0600);
  sqlite::Database database(folder / kDatabaseName, sqlite::Database::Mode::create);
  create_tables(database, wanted);
  base::sync_directory(folder);
}

SqliteCaseDatabase::SqliteCaseDatabase(const std::filesystem::path& folder,
                                       std::chrono::milliseconds busy)
    : folder_(folder), database_(open_file(folder)), mode_(migrate(database_, folder)) {
  database_.run("PRAGMA busy_timeout = " + std::to_string(busy.count()));
}

std::string SqliteCaseDatabase::bind_origin(std::string_view origin) {
  if (const auto known = read_meta(database_, "origin")) return *known;
  sqlite::Transaction transaction(database_);
  std::string bound = read_meta(database_, "origin").value_or(std::string(origin));
  write_meta(database_, "origin", bound);
  transaction.commit();
  return bound;
}

std::unique_ptr<Writer> SqliteCaseDatabase::enrol_writer() {
  return std::make_unique<WriterLock>(folder_);
}

std::vector<Abandoned> SqliteCaseDatabase::abandoned(const base::CaseId& after, std::size_t limit) {
  const WriterGate gate(folder_);
  std::map<std::string, bool> gone;
  std::vector<Abandoned> rows;
  {
    sqlite::Statement select(database_,
                             "SELECT id, store, blob, evidence_blob, writer FROM cases "
                             "WHERE state = 'pending' AND id > ? ORDER BY id");
    select.bind(1, after.value);
    while (rows.size() < limit && select.step()) {
      const auto [known, fresh] = gone.try_emplace(select.text(4), false);
      if (fresh) known->second = gate.gone(known->first);
      if (known->second) {
        rows.push_back(Abandoned{base::CaseId{select.text(0)}, select.text(1), select.text(2),
                                 select.text(3)});
      }
    }
  }
  gate.sweep();
  return rows;
}

}  // namespace proviso::vault
