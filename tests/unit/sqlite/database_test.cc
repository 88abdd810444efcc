#include "sqlite/database.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include "base/file.h"

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
  insert.bind(1, "x")
      .bind(2, std::int64_t{-5})
      .bind(3, std::span<const std::byte>(blob))
      .bind_null(4)
      .run();
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
  CHECK(db.checkpoint_truncate());
  CHECK(base::read_file(dir.path / "a.db").find("needle") != std::string::npos);
  db.run("DELETE FROM t");
  CHECK(db.checkpoint_truncate());
  CHECK(std::filesystem::file_size(dir.path / "a.db-wal") == 0);
  CHECK(base::read_file(dir.path / "a.db").find("needle") == std::string::npos);
}

TEST_CASE("the write-ahead log is not said to be emptied while a reader holds it") {
  Temporary dir;
  sqlite::Database db(dir.path / "a.db", sqlite::Database::Mode::create);
  db.run("CREATE TABLE t(a)");
  db.run("INSERT INTO t VALUES(1)");
  sqlite::Database other(dir.path / "a.db", sqlite::Database::Mode::read_only);
  sqlite::Statement reading(other, "SELECT * FROM t");
  REQUIRE(reading.step());
  db.run("INSERT INTO t VALUES(2)");
  db.run("PRAGMA busy_timeout=0");
  CHECK_FALSE(db.checkpoint_truncate());
  reading.reset();
  CHECK(db.checkpoint_truncate());
}

TEST_CASE("errors carry the database's name and say what kind of failure it was") {
  Temporary dir;
  const auto code_of = [](const auto& work) {
    try {
      work();
    } catch (const base::Error& error) {
      return error.code();
    }
    return base::ExitCode::ok;
  };
  const auto open = [](const std::filesystem::path& path) {
    sqlite::Database db(path, sqlite::Database::Mode::read_write);
  };
  CHECK(code_of([&] { open(dir.path / "none.db"); }) == base::ExitCode::no_input);
  base::write_new_file(dir.path / "words.db", std::string(4096, 'x'));
  CHECK(code_of([&] { open(dir.path / "words.db"); }) == base::ExitCode::data);
  sqlite::Database db(dir.path / "a.db", sqlite::Database::Mode::create);
  CHECK_THROWS_WITH_AS(db.run("nonsense"), doctest::Contains("a.db"), base::Error);
  db.run("CREATE TABLE t(a UNIQUE)");
  db.run("INSERT INTO t VALUES(1)");
  CHECK_THROWS_AS(db.run("INSERT INTO t VALUES(1)"), base::Error);
}

TEST_CASE("a linked folder leads to a database, a linked file does not") {
  Temporary dir;
  std::filesystem::create_directory(dir.path / "real");
  std::filesystem::create_directory_symlink(dir.path / "real", dir.path / "linked");
  { sqlite::Database made(dir.path / "linked" / "a.db", sqlite::Database::Mode::create); }
  CHECK(std::filesystem::exists(dir.path / "real" / "a.db"));
  std::filesystem::create_symlink(dir.path / "real" / "a.db", dir.path / "b.db");
  CHECK_THROWS_AS(sqlite::Database(dir.path / "b.db", sqlite::Database::Mode::read_write),
                  base::Error);
}
