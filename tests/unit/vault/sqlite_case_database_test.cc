// What the seam's suite cannot ask of every database: SQLite's log, and vaults of version 1.
#include "vault/sqlite_case_database/database.h"

#include <doctest/doctest.h>

#include "base/file.h"
#include "database_place.h"
#include "sqlite/database.h"

using namespace proviso;
using namespace proviso::vault;

namespace {

constexpr const char* kVersion1 = PROVISO_TEST_DATA "/vault/version-1.sql";

// A vault of version 1 in the place.
void make_version_1(const DatabasePlace& place) {
  const std::filesystem::path file = std::filesystem::path(place.place()) / kDatabaseName;
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  sqlite::Database database(file, sqlite::Database::Mode::create);
  database.run(base::read_file(kVersion1));
}

std::string version_of(const DatabasePlace& place) {
  sqlite::Database database(std::filesystem::path(place.place()) / kDatabaseName,
                            sqlite::Database::Mode::read_only);
  sqlite::Statement select(database, "SELECT value FROM meta WHERE name = 'version'");
  return select.step() ? select.text(0) : std::string();
}

}  // namespace

TEST_CASE("scrub: a reader that keeps the log busy makes it unsure") {
  DatabasePlace t(factories().front());
  t.add("a");
  SqliteCaseDatabase impatient(t.place(), std::chrono::milliseconds(0));
  {
    sqlite::Database reader(std::filesystem::path(t.place()) / kDatabaseName,
                            sqlite::Database::Mode::read_only);
    sqlite::Statement select(reader, "SELECT id FROM cases");
    REQUIRE(select.step());
    t.database->change({"a"}, [](CaseChange& change) { change.hold(true); });
    CHECK_FALSE(impatient.scrub());
  }
  CHECK(impatient.scrub());
}

TEST_CASE("a vault of version 1 is opened, with its ledger as the origin of all that it has") {
  DatabasePlace t(factories().front());
  t.database.reset();
  make_version_1(t);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto opened = t.open();
    CHECK(version_of(t) == "2");
    CHECK(opened->mode() == Mode::rehearsal);
    CHECK(opened->bind_origin("proviso/other/rehearsal") == "proviso/test/rehearsal");
    const auto row = opened->find({"a"});
    REQUIRE(row);
    CHECK(row->state == State::suspected);
    CHECK(row->origin == "proviso/test/rehearsal");
    CHECK(row->store == kLocalStore);
    CHECK(row->purposes == std::vector<std::string>{"reporting"});
    CHECK(opened->abandoned({}, 10).size() == 1);
    const auto lines = opened->undelivered("proviso/test/rehearsal", 10);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].event_id == "stored-a");
  }
}

TEST_CASE(
    "a program of version 1 that has the vault open meanwhile goes on, and its lines arrive") {
  DatabasePlace t(factories().front());
  t.database.reset();
  make_version_1(t);
  sqlite::Database old(std::filesystem::path(t.place()) / kDatabaseName,
                       sqlite::Database::Mode::read_write);
  sqlite::Statement insert(old, "INSERT INTO outbox(event_id, entry) VALUES(?, ?)");
  const auto opened = t.open();
  insert.bind(1, "late").bind(2, "{}").run();
  CHECK(opened->undelivered("proviso/test/rehearsal", 10).size() == 2);
  CHECK(opened->undelivered("proviso/other/rehearsal", 10).empty());
}

TEST_CASE("a vault of a newer version is refused in words") {
  DatabasePlace t(factories().front());
  t.database.reset();
  {
    sqlite::Database database(std::filesystem::path(t.place()) / kDatabaseName,
                              sqlite::Database::Mode::read_write);
    database.run("UPDATE meta SET value = '3' WHERE name = 'version'");
  }
  try {
    t.open();
    FAIL("opened a vault of version 3");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::data);
    CHECK(std::string(error.what()).find("version 3") != std::string::npos);
  }
}

TEST_CASE("a word that this program does not know is refused, not guessed") {
  DatabasePlace t(factories().front());
  t.add("a");
  t.add("b");
  const std::vector<Burial> group{DatabasePlace::burial(*t.database->find({"a"}))};
  REQUIRE(t.database->bury(group, kNow).size() == 1);
  sqlite::Database file(std::filesystem::path(t.place()) / kDatabaseName,
                        sqlite::Database::Mode::read_write);
  file.run("UPDATE tombstones SET reason = 'redress'");
  file.run("UPDATE cases SET expiry_rule = 'ST-99'");
  const auto refusal_of = [](const std::function<void()>& verb) {
    try {
      verb();
    } catch (const base::Error& error) {
      CHECK(error.code() == base::ExitCode::data);
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refusal_of([&] { t.database->tombstones({}, 10); }).find("'redress'") != std::string::npos);
  CHECK(refusal_of([&] { t.database->find({"b"}); }).find("expiry rule") != std::string::npos);
}
