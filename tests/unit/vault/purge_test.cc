#include "vault/purge.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "ledger/events.h"
#include "rehearsal_vault.h"
#include "vault/sqlite_case_database/database.h"

using namespace proviso;
using namespace proviso::vault;

namespace {

struct OpenVault {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);

  base::CaseId add(const std::string& id) {
    return store_one(place, store, Item(place.directory, id, "content of " + id))->id;
  }
  PurgePlan plan(const char* horizon = "PT0S", bool confirm = false) {
    return plan_purge(store, ledger, place.policy, place.law, base::now(),
                      {*base::parse_period(horizon), confirm});
  }
  PurgeCounts run(const char* horizon = "PT0S", bool confirm = false) {
    return run_purge(store, ledger, place.policy, plan(horizon, confirm), base::now());
  }
  void touch(const std::string& name, const char* when) {
    const timespec time{instant(when).seconds, 0};
    const timespec times[2] = {time, time};
    ::utimensat(AT_FDCWD, (place.directory / "spool" / name).c_str(), times, AT_SYMLINK_NOFOLLOW);
  }
};

base::ExitCode code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.code();
  }
  return base::ExitCode::ok;
}

}  // namespace

TEST_CASE("a case goes at its end, not before, and the plan says why") {
  OpenVault t;
  const base::CaseId id = t.add("m-1");
  base::set_clock(instant("2026-12-08T09:59:59Z"));
  CHECK(t.plan().cases.empty());
  CHECK(t.plan("PT1H").cases.size() == 1);  // the next run would come too late
  base::set_clock(instant("2026-12-08T10:00:00Z"));
  const PurgePlan plan = t.plan();
  REQUIRE(plan.cases.size() == 1);
  CHECK(plan.cases[0].id == id);
  CHECK(plan.cases[0].reason == PurgeReason::expired);
  CHECK(plan.cases[0].rule == "ST-04");
  CHECK_FALSE(plan.cases[0].citation.empty());
  CHECK(t.run().cases == 1);
  CHECK_FALSE(t.store.find(id));
  CHECK(t.place.blobs() == 0);
  CHECK(t.place.entries(ledger::event::kCasePurged) == 1);
  CHECK(t.place.entries(ledger::event::kPurgeRun) == 1);
}

TEST_CASE("a case of another host's store or ledger loses its key, and is not said to be gone") {
  for (const char* column : {"store", "origin"}) {
    CAPTURE(column);
    OpenVault t;
    const base::CaseId id = t.add("m-1");
    sqlite::Database database(t.place.directory / "vault/vault.db",
                              sqlite::Database::Mode::read_write);
    database.run("UPDATE cases SET " + std::string(column) + " = 'elsewhere'");
    base::set_clock(instant("2026-12-08T10:00:00Z"));
    CHECK(code_of([&] { t.run(); }) == base::ExitCode::io);
    CHECK_FALSE(t.store.database().envelope(id));
    // A blob of another store would not be in this folder; here it is one without an owner.
    if (std::string_view(column) == "origin") CHECK(t.place.blobs() == 1);
    CHECK(t.place.entries(ledger::event::kCasePurged) == 0);
    CHECK(code_of([&] { t.run(); }) == base::ExitCode::io);  // told until its own host has done it
    database.run("UPDATE cases SET store = 'local', origin = 'proviso/test/rehearsal'");
    CHECK(t.run().cases == 1);
    CHECK(t.place.blobs() == 0);
    CHECK(t.place.entries(ledger::event::kCasePurged) == 1);
  }
}

TEST_CASE(
    "a redelivered item makes no case after its own was purged, until the replay period is over") {
  OpenVault t;
  const base::CaseId id = t.add("m-1");
  purge_case(t.store, t.ledger, id, PurgeReason::rejected,
             t.place.law.refusal("ST-04", "rejected"));
  CHECK(t.place.blobs() == 0);
  const Item item(t.place.directory, "m-1", "content of m-1");
  const auto again = store_one(t.place, t.store, item);
  REQUIRE(again);
  CHECK(again->replayed);
  CHECK(again->state == State::purged);
  CHECK(again->id == id);
  base::set_clock(instant("2026-12-01T09:00:00Z"));
  t.run();
  CHECK(store_one(t.place, t.store, item)->replayed);
  base::set_clock(instant("2026-12-01T10:00:01Z"));
  const auto later = store_one(t.place, t.store, item);
  REQUIRE(later);
  CHECK_FALSE(later->replayed);
}

TEST_CASE(
    "a tag lives no longer than the law's ceiling, however long replays are expected; its key dies "
    "with it") {
  OpenVault t;
  t.place.policy.retention_replay = *base::parse_period("P9Y");
  const base::CaseId id = t.add("m-1");
  purge_case(t.store, t.ledger, id, PurgeReason::rejected,
             t.place.law.refusal("ST-04", "rejected"));
  const auto rows = [&](const char* table) {
    sqlite::Database database(t.place.directory / "vault" / kDatabaseName,
                              sqlite::Database::Mode::read_only);
    sqlite::Statement count(database, std::string("SELECT count(*) FROM ") + table);
    count.step();
    return count.integer(0);
  };
  base::set_clock(instant("2027-11-24T09:59:59Z"));
  t.run("PT0S", true);
  CHECK(rows("tags") == 1);
  CHECK(rows("replay_keys") == 1);
  base::set_clock(instant("2027-11-24T10:00:00Z"));
  t.run("PT0S", true);
  CHECK(rows("tags") == 0);
  CHECK(rows("replay_keys") == 0);
}

TEST_CASE("the share breaker holds back what the policy ends, never a case at its ceiling") {
  OpenVault t;
  t.place.policy.purge_max_share = 0.5;
  for (int i = 0; i < 12; ++i) t.add("m-" + std::to_string(i));
  base::set_clock(instant("2026-12-09T00:00:00Z"));
  CHECK(code_of([&] { t.run(); }) == base::ExitCode::breaker);
  CHECK(t.store.list().size() == 12);
  base::set_clock(instant("2027-11-24T10:00:00Z"));
  CHECK(t.run("PT0S", true).cases == 12);
  CHECK(t.store.list().empty());
}

TEST_CASE("an open complaint holds a case against the policy, not against the law") {
  OpenVault t;
  const base::CaseId id = t.add("m-1");
  t.store.database().change(id, [](CaseChange& change) { change.hold(true); });
  std::filesystem::remove(t.place.directory / "spool" / "item-m-1");
  base::set_clock(instant("2026-12-10T00:00:00Z"));
  CHECK(t.plan().cases.empty());
  CHECK(t.plan().kept.size() == 1);
  CHECK(verify_purged(t.store, t.place.policy, base::now()).empty());
  base::set_clock(instant("2027-11-24T10:00:00Z"));
  const PurgePlan plan = t.plan("PT0S", true);
  REQUIRE(plan.cases.size() == 1);
  CHECK(plan.cases[0].rule == "ST-02");
}

TEST_CASE("an implausible clock stops the purge until it is confirmed, and that is recorded") {
  OpenVault t;
  t.add("m-1");
  base::set_clock(instant("2026-11-23T09:00:00Z"));
  CHECK(code_of([&] { t.plan(); }) == base::ExitCode::breaker);
  base::set_clock(instant("2026-12-26T10:00:00Z"));
  CHECK(code_of([&] { t.plan(); }) == base::ExitCode::breaker);
  CHECK(t.store.list().size() == 1);
  CHECK(t.run("PT0S", true).cases == 1);
  CHECK(t.place.entries(ledger::event::kClockConfirmed) == 1);
}

TEST_CASE("a clock that is confirmed behind the ledger makes later times void, and time goes on") {
  OpenVault t;
  const base::Instant right = base::now();
  base::set_clock(instant("2099-01-01T00:00:00Z"));
  t.ledger.append({"test.event", "test", "", ""});
  base::set_clock(right);
  CHECK(code_of([&] { t.plan(); }) == base::ExitCode::breaker);
  t.run("PT0S", true);
  CHECK(t.place.entries(ledger::event::kClockConfirmed) == 0);
  CHECK(t.place.entries(ledger::event::kClockCorrected) == 1);
  CHECK(t.ledger.last()->time == right);
  CHECK_NOTHROW(t.plan());  // of the times before, nothing stops it any more
}

TEST_CASE(
    "the sweep takes orphan blobs and old spool files, follows no link, and leaves what is young") {
  OpenVault t;
  t.add("m-1");
  base::write_new_file(t.place.directory / "vault" / "blobs" / "00112233445566778899aabbccddeeff",
                       "orphan");
  base::write_new_file(t.place.directory / "outside", "outside");
  std::filesystem::create_directories(t.place.directory / "spool" / "a" / "b");
  base::write_new_file(t.place.directory / "spool" / "a" / "b" / "old", "old");
  base::write_new_file(t.place.directory / "spool" / "young", "young");
  std::filesystem::create_symlink(t.place.directory / "outside",
                                  t.place.directory / "spool" / "link");
  std::filesystem::create_directory_symlink(t.place.directory,
                                            t.place.directory / "spool" / "folder");
  t.touch("a/b/old", "2026-11-24T09:00:00Z");
  t.touch("young", "2026-11-24T09:00:01Z");
  t.touch("item-m-1", "2026-11-24T09:59:00Z");
  t.touch("link", "2026-11-20T00:00:00Z");
  CHECK_FALSE(verify_purged(t.store, t.place.policy, base::now()).empty());
  const PurgeCounts counts = t.run();
  CHECK(counts.spool_files == 1);
  CHECK(counts.orphan_blobs == 1);
  CHECK(counts.cases == 0);
  CHECK(std::filesystem::exists(t.place.directory / "outside"));
  CHECK(std::filesystem::exists(t.place.directory / "spool" / "young"));
  CHECK_FALSE(std::filesystem::exists(t.place.directory / "spool" / "a" / "b" / "old"));
  CHECK(t.place.blobs() == 1);
  CHECK(verify_purged(t.store, t.place.policy, base::now()).empty());
}

TEST_CASE("without a policy only ceilings are applied") {
  OpenVault t;
  t.add("m-1");
  base::set_clock(instant("2026-12-09T00:00:00Z"));
  CHECK(plan_ceilings(t.store, t.ledger, base::now(), {}).cases.empty());
  base::set_clock(instant("2027-11-24T10:00:00Z"));
  const PurgePlan plan = plan_ceilings(t.store, t.ledger, base::now(), {{}, true});
  REQUIRE(plan.cases.size() == 1);
  CHECK(plan.cases[0].rule == "ST-02");
  CHECK(run_ceilings(t.store, t.ledger, plan, base::now()).cases == 1);
}

TEST_CASE("an unreviewed case is kept up to the ceiling when the policy says escalate") {
  OpenVault t;
  t.place.policy.overdue_escalate = true;
  t.add("m-1");
  base::set_clock(instant("2026-12-09T00:00:00Z"));
  const PurgePlan plan = t.plan();
  CHECK(plan.cases.empty());
  REQUIRE(plan.kept.size() == 1);
  CHECK(plan.kept[0].circumstance == Circumstance::escalated);
}

TEST_CASE(
    "a reader that keeps the log busy stops the purge with try again, before anything is "
    "recorded") {
  OpenVault t;
  t.add("m-1");
  base::set_clock(instant("2026-12-08T10:00:00Z"));
  const PurgePlan plan = t.plan();
  {
    sqlite::Database reader(t.place.directory / "vault" / "vault.db",
                            sqlite::Database::Mode::read_write);
    sqlite::Statement select(reader, "SELECT * FROM cases");
    REQUIRE(select.step());
    CaseStore impatient(t.place.directory / "vault",
                        std::make_unique<SqliteCaseDatabase>(t.place.directory / "vault",
                                                             std::chrono::milliseconds(0)),
                        t.ledger, true);
    CHECK(code_of([&] { run_purge(impatient, t.ledger, t.place.policy, plan, base::now()); }) ==
          base::ExitCode::temp_fail);
    CHECK(t.place.entries(ledger::event::kCasePurged) == 0);
  }
  CHECK(t.run().cases == 1);
  CHECK(t.place.entries(ledger::event::kCasePurged) == 1);
}
