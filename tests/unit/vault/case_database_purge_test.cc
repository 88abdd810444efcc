// The suite of the seam, third part: purge.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "database_place.h"

using namespace proviso;
using namespace proviso::vault;

TEST_CASE("lease: one holder at a time; it comes back when the holder lets go or is killed") {
  for_each_database([](DatabasePlace& t) {
    const auto other = t.open();
    auto held = t.database->lease(false);
    REQUIRE(held);
    CHECK_FALSE(other->lease(false));
    held.reset();
    CHECK(other->lease(false));
    const pid_t child = ::fork();
    if (child == 0) {
      const auto own = t.open();
      const auto lost = own->lease(true);
      std::raise(SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    CHECK(t.database->lease(false));
  });
}

TEST_CASE(
    "bury: envelope, decisions, purposes and tokens are gone; a repeat finds the same stone") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    t.add("b");
    t.database->change({"a"}, [](CaseChange& change) {
      change.keep_decision("1");
      change.keep_token("account", "aa");
    });
    const CaseRow row = *t.database->find({"a"});
    std::string event_id;
    for (int repeat = 0; repeat < 2; ++repeat) {
      const std::vector<Burial> group{DatabasePlace::burial(row)};
      const auto buried = t.database->bury(group, kNow);
      REQUIRE(buried.size() == 1);
      if (repeat == 0) event_id = buried[0].event_id;
      CHECK(buried[0].event_id == event_id);
      CHECK(buried[0].id == row.id);
      CHECK(buried[0].state == State::suspected);
      CHECK(buried[0].reason == PurgeReason::expired);
      CHECK(buried[0].blob == "blob-a");
      CHECK(buried[0].origin == kOrigin);
      CHECK(buried[0].store == kLocalStore);
      CHECK_FALSE(t.database->envelope({"a"}));
      CHECK(t.database->decisions({"a"}).empty());
      CHECK(t.database->live_purposes({"a"}).empty());
      CHECK(t.database->count() == 1);
      CHECK(t.database->find({"a"})->state == State::purged);
    }
    bool first = false;
    t.database->change({"b"},
                       [&](CaseChange& change) { first = change.keep_token("account", "aa"); });
    CHECK(first);
    const std::vector<std::string> names{"blob-a"};
    CHECK(t.database->unowned_blobs(kLocalStore, names).empty());
  });
}

TEST_CASE("bury: a case that changed since it was planned stays, and so does an unknown one") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    CaseRow later = *t.database->find({"a"});
    later.expires_at = instant("2026-12-07T00:00:00Z");
    CaseRow confirmed = *t.database->find({"a"});
    confirmed.state = State::confirmed;
    const std::vector<Burial> group{DatabasePlace::burial(later), DatabasePlace::burial(confirmed),
                                    DatabasePlace::burial(DatabasePlace::row("none"))};
    CHECK(t.database->bury(group, kNow).empty());
    CHECK(t.database->envelope({"a"}));
    CHECK(t.database->tombstones({}, 10).empty());
  });
}

TEST_CASE("tombstones are read in pages; forget: row and stone go, other cases do not") {
  for_each_database([](DatabasePlace& t) {
    std::vector<Burial> group;
    for (const char* name : {"a", "b", "c"}) {
      t.add(name);
      group.push_back(DatabasePlace::burial(*t.database->find({name})));
    }
    t.add("d");
    t.database->bury(group, kNow);
    const auto page = t.database->tombstones({}, 2);
    REQUIRE(page.size() == 2);
    CHECK(page[0].id.value == "a");
    const auto rest = t.database->tombstones(page[1].id, 2);
    REQUIRE(rest.size() == 1);
    CHECK(rest[0].id.value == "c");
    CHECK(t.database->scrub());
    const std::vector<base::CaseId> ids{{"a"}, {"b"}, {"d"}};
    for (int repeat = 0; repeat < 2; ++repeat) {
      t.database->forget(ids);
      CHECK_FALSE(t.database->find({"a"}));
      CHECK(t.database->find({"d"}));
      CHECK(t.database->tombstones({}, 10).size() == 1);
    }
  });
}

TEST_CASE("two connections bury one case: both find one stone") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    const auto other = t.open();
    const CaseRow row = *t.database->find({"a"});
    const std::vector<Burial> mine{DatabasePlace::burial(row)}, theirs{DatabasePlace::burial(row)};
    const auto first = t.database->bury(mine, kNow);
    const auto second = other->bury(theirs, kNow);
    REQUIRE(first.size() == 1);
    REQUIRE(second.size() == 1);
    CHECK(first[0].event_id == second[0].event_id);
  });
}

TEST_CASE("unowned_blobs: a blob of another store is not ours") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    const std::vector<std::string> names{"blob-a", "blob-x"};
    CHECK(t.database->unowned_blobs(kLocalStore, names) == std::vector<std::string>{"blob-x"});
    CHECK(t.database->unowned_blobs("elsewhere", names) == names);
  });
}

TEST_CASE("sweep_replays: a tag outlives its case by its period, its key goes with the last tag") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    const auto key = t.database->replay_keys(kNow).ids();
    const std::vector<Burial> group{DatabasePlace::burial(*t.database->find({"a"}))};
    t.database->bury(group, kNow);
    const std::vector<base::CaseId> ids{{"a"}};
    t.database->forget(ids);
    const base::Instant before = instant("2026-12-01T09:59:59Z");
    for (int repeat = 0; repeat < 2; ++repeat) {
      t.database->sweep_replays(before);
      const auto replay = t.admit(*t.database, "item-a", "b", before)[0];
      REQUIRE(replay);
      CHECK(replay->case_id.value == "a");
      CHECK_FALSE(replay->row);
    }
    const base::Instant after = instant("2026-12-01T10:00:00Z");
    CHECK_FALSE(t.admit(*t.database, "item-a", "c", after)[0]);  // swept or not
    t.database->sweep_replays(after);
    const auto live = t.database->replay_keys(after);
    CHECK(live.keys.size() == 1);
    CHECK(live.ids() != key);
  });
}
