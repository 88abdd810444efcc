// A process dies at each named point; whoever comes next finds one case, once, and nothing else.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>

#include "ledger/events.h"
#include "rehearsal_vault.h"
#include "vault/purge.h"

using namespace proviso;
using namespace proviso::vault;

namespace {

// Runs `work` in a child that is to die at `point`; true when it was killed there.
template <class Work>
bool dies_at(const char* point, const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("PROVISO_FAULT", point, 1);
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

PurgeCounts purge_now(RehearsalVault& place) {
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  PurgeOptions options;
  options.confirm_clock = true;
  const PurgePlan plan = plan_purge(store, ledger, place.policy, place.law, base::now(), options);
  return run_purge(store, ledger, place.policy, plan, base::now());
}

}  // namespace

TEST_CASE(
    "whenever storing dies, a retry makes the case exactly once and a purge leaves no orphan") {
  for (const char* point :
       {"store.pending", "store.blob", "store.synced", "store.committed", "store.delivered"}) {
    CAPTURE(point);
    RehearsalVault place;
    const Item item(place.directory, "m-1", std::string(100000, 'x'));
    const auto store_it = [&] {
      ledger::Ledger ledger = place.open_ledger();
      CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
      store_one(place, store, item);
    };
    REQUIRE(dies_at(point, store_it));
    store_it();
    purge_now(place);
    CHECK(place.blobs() == 1);
    CHECK(place.entries(ledger::event::kCaseStored) == 1);
    ledger::Ledger ledger = place.open_ledger();
    CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
    REQUIRE(store.list().size() == 1);
    CHECK(verify_purged(store, place.policy, base::now()).empty());
    const CaseRow row = store.list().front();
    const Opened opened = store.open_case(store.open_stored(row.id), place.review_key, place.review,
                                          {"reporting", "review", {}});
    std::string content;
    store.read_blob(row, opened,
                    [&](std::span<const std::byte> part) { content += base::as_text(part); });
    CHECK(content == item.content);
  }
}

TEST_CASE("whenever a purge dies, the next one ends it: one case.purged, no key, no blob, no row") {
  for (const char* point : {"purge.tombstones", "purge.truncated", "purge.blob", "purge.blobs",
                            "purge.ledger", "purge.rows"}) {
    CAPTURE(point);
    RehearsalVault place;
    {
      ledger::Ledger ledger = place.open_ledger();
      CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
      REQUIRE(store_one(place, store, Item(place.directory, "m-1", "content")));
    }
    base::set_clock(instant("2026-12-08T10:00:00Z"));
    REQUIRE(dies_at(point, [&] { purge_now(place); }));
    purge_now(place);
    CHECK(place.blobs() == 0);
    CHECK(place.entries(ledger::event::kCasePurged) == 1);
    ledger::Ledger ledger = place.open_ledger();
    CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
    CHECK(store.list().empty());
    CHECK(verify_purged(store, place.policy, base::now()).empty());
  }
}

TEST_CASE("a pending row of a writer that lives is not swept") {
  RehearsalVault place;
  int ready[2], done[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(done) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ledger::Ledger ledger = place.open_ledger();
    CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
    const Item fine(place.directory, "m-0", "fine");
    store_one(place, store, fine);  // takes the writer's lock
    char byte = 'x';
    const bool told = ::write(ready[1], &byte, 1) == 1 && ::read(done[0], &byte, 1) == 1;
    ::_exit(told ? 0 : 1);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  std::string writer;
  for (const auto& file :
       std::filesystem::directory_iterator(place.directory / "vault" / "writers")) {
    writer = file.path().filename();
  }
  sqlite::Database database(place.directory / "vault" / "vault.db",
                            sqlite::Database::Mode::read_write);
  database.run(
      "INSERT INTO cases(id, state, identified_at, expires_at, expiry_rule, technology, list, "
      "class, "
      "previously_identified, service, region, kind, blob, instrument, writer) VALUES('p', "
      "'pending', 0, 0, '', '', "
      "'', '', 0, '', '', '', 'b', '', '" +
      writer + "')");
  CHECK(purge_now(place).pending_rows == 0);
  REQUIRE(::write(done[1], "x", 1) == 1);
  ::waitpid(child, nullptr, 0);
  CHECK(purge_now(place).pending_rows == 1);
  for (const int fd : {ready[0], ready[1], done[0], done[1]}) ::close(fd);
}
