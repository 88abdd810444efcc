// NSRL RDS version 3: the table FILE of a SQLite database. No SQL of the file is run: no view, no
// computed column.
#include <fmt/format.h>
#include <sqlite3.h>

#include "index/lists/formats.h"
#include "sqlite/database.h"

namespace proviso::index::lists {
namespace {

constexpr int kMaxValueBytes = 1 << 20;
constexpr std::uint64_t kMinCellBytes = 6;  // of a row in its page, with the pointer to it

[[noreturn]] void refuse(const std::filesystem::path& path, std::string why) {
  throw base::Error(base::ExitCode::data, std::move(why), path.string());
}

}  // namespace

void read_nsrl_sqlite(const std::filesystem::path& path, Feed& feed) {
  sqlite::Database database(path, sqlite::Database::Mode::read_only);
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_limit(database.handle(), SQLITE_LIMIT_LENGTH, kMaxValueBytes);
  database.run("PRAGMA trusted_schema=OFF");
  database.run("PRAGMA query_only=ON");
  database.run("PRAGMA cell_size_check=ON");
  database.run("PRAGMA mmap_size=0");
  {
    sqlite::Statement table(database,
                            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = "
                            "'file' AND rootpage > 0");
    if (!table.step()) refuse(path, "no table FILE, as RDS version 3 has it");
  }
  std::vector<HashType> types;
  std::string names;
  {
    sqlite::Statement columns(
        database, "SELECT lower(name) FROM pragma_table_xinfo('FILE') WHERE hidden = 0");
    while (columns.step()) {
      const std::string name = columns.text(0);
      const auto type = parse_hash_type(name);
      if (!type || *type == HashType::pdq || *type == HashType::vpdq) continue;
      types.push_back(*type);
      names += (names.empty() ? "" : ", ") + name;
    }
  }
  if (types.empty()) refuse(path, "table FILE has no column sha256, sha1 or md5");
  // If pages point to one page many times, the rows never end.
  const std::uint64_t most = std::filesystem::file_size(path) / kMinCellBytes;
  sqlite::Statement rows(database, fmt::format("SELECT {} FROM FILE", names));
  ListEntry entry;
  for (std::uint64_t number = 1; rows.step(); ++number) {
    if (number > most) refuse(path, "table FILE gives more rows than the file has room for");
    entry = {};
    entry.line = number;
    std::optional<Flaw> flaw;
    for (std::size_t i = 0; !flaw && i < types.size(); ++i) {
      const int column = static_cast<int>(i);
      if (rows.is_null(column)) continue;
      const std::string hex = rows.text(column);
      if (!hex.empty()) flaw = add_hash(entry, types[i], trim(hex));
    }
    if (flaw)
      feed.reject(number, std::move(*flaw));
    else
      feed.entry(entry);
  }
}

}  // namespace proviso::index::lists
