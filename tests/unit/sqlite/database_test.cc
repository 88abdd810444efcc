#include "sqlite/database.h"

#include <doctest/doctest.h>
#include <stdlib.h>

using namespace proviso;

namespace {
struct Temporary {
  std::filesystem::path path;
  Temporary() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-sqlite-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Temporary() { std::filesystem::remove_all(path); }
};
}  // namespace

TEST_CASE("values come back as they were bound") {
  Temporary dir;
  sqlite::Database db(dir.path / "a.db", sqlite::Database::Mode::create);
  db.run("CREATE TABLE t(a TEXT, b INTEGER, c BLOB, d)");
  const base::Bytes blob{std::byte{0}, std::byte{255}};
  sqlite::Statement insert(db, "INSERT INTO t VALUES(?, ?, ?, ?)");
  insert.bind(1, "x").bind(2, std::int64_t{-5}).bind(3, std::span<const std::byte>(blob)).bind_null(4).run();
  sqlite::Statement select(db, "SELECT * FROM t");
  REQUIRE(select.step());
  CHECK(select.text(0) == "x");
  CHECK(select.integer(1) == -5);
  CHECK(select.blob(2) == blob);
  CHECK(select.is_null(3));
  CHECK_FALSE(select.step());
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  Temporary dir;
  sqlite::Database db(dir.path / "a.db", sqlite::Database::Mode::create);
  db.run("CREATE TABLE t(a)");
  {
    sqlite::Transaction transaction(db);
    db.run("INSERT INTO t VALUES(1)");
  }
  sqlite::Statement count(db, "SELECT count(*) FROM t");
  REQUIRE(count.step());
  CHECK(count.integer(0) == 0);
}

TEST_CASE("deleted rows are overwritten and the write-ahead log is emptied") {
  Temporary dir;
  sqlite::Database db(dir.path / "a.db", sqlite::Database::Mode::create);
  db.run("CREATE TABLE t(a)");
  db.run("INSERT INTO t VALUES('needle-in-the-page')");
  db.run("DELETE FROM t");
  CHECK(db.checkpoint_truncate());
  CHECK(std::filesystem::file_size(dir.path / "a.db-wal") == 0);
}

TEST_CASE("errors carry the database's name; a file that is none is damaged data") {
  Temporary dir;
  CHECK_THROWS_AS(sqlite::Database(dir.path / "none.db", sqlite::Database::Mode::read_write), base::Error);
  sqlite::Database db(dir.path / "a.db", sqlite::Database::Mode::create);
  CHECK_THROWS_AS(db.run("nonsense"), base::Error);
}
