// The suite of the seam, first part: life and store. Each case runs against each database of
// database_place.h.
#include "vault/case_database.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <thread>

#include "database_place.h"

using namespace proviso;
using namespace proviso::vault;

namespace {

base::ExitCode code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.code();
  }
  return base::ExitCode::ok;
}

// Runs `work` in a child that is killed afterwards, without any destructor.
void in_killed_process(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    std::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("create: a place is created once; open: what is no database is refused") {
  for (const Factory& factory : factories()) {
    CAPTURE(factory.name);
    DatabasePlace place(factory);
    CHECK(code_of([&] { factory.create(place.place(), Mode::rehearsal); }) ==
          base::ExitCode::cannot_create);
    CHECK(place.open()->mode() == Mode::rehearsal);
    CHECK(code_of([&] { factory.open(place.place() + "-none"); }) == base::ExitCode::no_input);
  }
}

TEST_CASE("bind_origin: the first ledger stays, however often and by whomever it is asked") {
  for_each_database([](DatabasePlace& t) {
    CHECK(t.database->bind_origin(kOrigin) == kOrigin);
    CHECK(t.open()->bind_origin("proviso/other/rehearsal") == kOrigin);
    CHECK(t.database->bind_origin("proviso/other/rehearsal") == kOrigin);
  });
}

TEST_CASE("abandoned: pending cases of a killed writer, none of a living one") {
  for_each_database([](DatabasePlace& t) {
    t.admit(*t.database, "living", "a-living");
    in_killed_process([&] {
      const auto own = t.open();
      const auto writer = own->enrol_writer();
      const ReplayKeys keys = own->replay_keys(kNow);
      for (const char* name : {"b-dead", "c-dead"}) {
        const std::vector<Admission> group{{tags_of(name, keys), DatabasePlace::row(name)}};
        own->admit(keys.ids(), group, *writer, kNow);
      }
    });
    const auto first = t.database->abandoned({}, 1);
    REQUIRE(first.size() == 1);
    CHECK(first[0].id.value == "b-dead");
    CHECK(first[0].blob == "blob-b-dead");
    CHECK(first[0].store == kLocalStore);
    const auto second = t.database->abandoned(first[0].id, 10);
    REQUIRE(second.size() == 1);
    CHECK(second[0].id.value == "c-dead");
    CHECK(t.database->abandoned({}, 10).size() == 2);  // as often as it is asked
    const std::vector<base::CaseId> ids{{"b-dead"}, {"c-dead"}};
    t.database->withdraw(ids);
    CHECK(t.database->abandoned({}, 10).empty());
    t.writer.reset();
    CHECK(t.database->abandoned({}, 10).size() == 1);  // the other one has left
  });
}

TEST_CASE("replay_keys: one key a day, the same for every connection") {
  for_each_database([](DatabasePlace& t) {
    const ReplayKeys first = t.database->replay_keys(kNow);
    REQUIRE(first.keys.size() == 1);
    const ReplayKeys again = t.open()->replay_keys(kNow);
    CHECK(again.ids() == first.ids());
    CHECK(tags_of("item", again) == tags_of("item", first));
    const ReplayKeys next = t.database->replay_keys(instant("2026-11-25T00:00:00Z"));
    REQUIRE(next.keys.size() == 2);
    CHECK(next.today == 1);
    CHECK(t.database->replay_keys(kNow).today == 0);
    const ReplayTags tags = tags_of("item", next);
    CHECK(tags[0] != tags[1]);
  });
}

TEST_CASE("admit: a new item gets a pending row, which nobody finds, also when repeated") {
  for_each_database([](DatabasePlace& t) {
    for (int repeat = 0; repeat < 2; ++repeat) {
      CHECK_FALSE(t.admit(*t.database, "item", "a")[0]);
      CHECK_FALSE(t.database->find({"a"}));
      CHECK(t.database->count() == 0);
    }
    const std::vector<std::string> names{"blob-a", "blob-b"};
    CHECK(t.database->unowned_blobs(kLocalStore, names) == std::vector<std::string>{"blob-b"});
  });
}

TEST_CASE("admit: without a row an item is looked up and nothing is made") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    const ReplayKeys keys = t.database->replay_keys(kNow);
    const std::vector<Admission> group{{tags_of("item-a", keys), {}}, {tags_of("new", keys), {}}};
    const auto answers = t.database->admit(keys.ids(), group, *t.writer, kNow);
    REQUIRE(answers);
    REQUIRE((*answers)[0]);
    CHECK((*answers)[0]->case_id.value == "a");
    CHECK((*answers)[0]->row->state == State::suspected);
    CHECK((*answers)[0]->case_expires == instant("2026-12-08T09:00:00Z"));
    CHECK_FALSE((*answers)[1]);
    CHECK(t.database->count() == 1);
  });
}

TEST_CASE("admit and settle under other keys than the live ones have no effect") {
  for_each_database([](DatabasePlace& t) {
    const ReplayKeys old = t.database->replay_keys(kNow);
    const base::Instant tomorrow = instant("2026-11-25T00:00:01Z");
    t.open()->replay_keys(tomorrow);
    const std::vector<Admission> group{{tags_of("item", old), DatabasePlace::row("a")}};
    CHECK_FALSE(t.database->admit(old.ids(), group, *t.writer, tomorrow));
    CHECK_FALSE(t.admit(*t.database, "item", "a", tomorrow)[0]);
    const std::vector<Settlement> settled{DatabasePlace::settlement("item", "a", old)};
    CHECK_FALSE(t.database->settle(old.ids(), old.today, settled, tomorrow));
    CHECK(t.database->count() == 0);
    CHECK(t.database->undelivered(kOrigin, 10).empty());
    CHECK_FALSE(t.settle(*t.database, "item", "a", tomorrow)[0]);
    CHECK(t.database->count() == 1);
    CHECK(t.admit(*t.database, "item", "b", kNow)[0]);  // known under yesterday's key too
  });
}

TEST_CASE("a key that was swept and made anew on its day is another key") {
  for_each_database([](DatabasePlace& t) {
    const ReplayKeys old = t.database->replay_keys(kNow);
    t.open()->sweep_replays(kNow);
    const ReplayKeys live = t.open()->replay_keys(kNow);
    CHECK(live.ids() != old.ids());
    CHECK(tags_of("item", live) != tags_of("item", old));
    const std::vector<Admission> group{{tags_of("item", old), DatabasePlace::row("a")}};
    CHECK_FALSE(t.database->admit(old.ids(), group, *t.writer, kNow));
  });
}

TEST_CASE("settle: the row, its purposes and its line come together, and once") {
  for_each_database([](DatabasePlace& t) {
    t.admit(*t.database, "item", "a");
    for (int repeat = 0; repeat < 2; ++repeat) {
      CHECK_FALSE(t.settle(*t.database, "item", "a")[0]);
      const auto row = t.database->find({"a"});
      REQUIRE(row);
      CHECK(row->state == State::suspected);
      CHECK(row->blob_sha256 == "b0");
      CHECK(row->bytes == 7);
      CHECK(row->origin == kOrigin);
      CHECK(row->store == kLocalStore);
      CHECK(row->rehearsal);
      CHECK(row->purposes == std::vector<std::string>{"blocking", "reporting"});
      const auto lines = t.database->undelivered(kOrigin, 10);
      REQUIRE(lines.size() == 1);
      CHECK(lines[0].event_id == "stored-a");
    }
    t.database->delivered(t.database->undelivered(kOrigin, 10));
    t.settle(*t.database, "item", "a");
    CHECK(t.database->undelivered(kOrigin, 10).empty());
  });
}

TEST_CASE("settle: a case whose pending row is gone is a fault, and nothing of its group is kept") {
  for_each_database([](DatabasePlace& t) {
    t.admit(*t.database, "one", "a");
    const ReplayKeys keys = t.database->replay_keys(kNow);
    const std::vector<Settlement> group{DatabasePlace::settlement("one", "a", keys),
                                        DatabasePlace::settlement("two", "never-admitted", keys)};
    CHECK(code_of([&] { t.database->settle(keys.ids(), keys.today, group, kNow); }) ==
          base::ExitCode::software);
    CHECK(t.database->count() == 0);
    CHECK(t.database->undelivered(kOrigin, 10).empty());
  });
}

TEST_CASE("two writers admit one item: the first to settle has the case, the other is withdrawn") {
  for_each_database([](DatabasePlace& t) {
    const auto other = t.open();
    CHECK_FALSE(t.admit(*t.database, "item", "a")[0]);
    CHECK_FALSE(t.admit(*other, "item", "b")[0]);
    CHECK_FALSE(t.settle(*other, "item", "b")[0]);
    for (int repeat = 0; repeat < 2; ++repeat) {
      const Replays lost = t.settle(*t.database, "item", "a");
      REQUIRE(lost[0]);
      CHECK(lost[0]->case_id.value == "b");
    }
    CHECK(t.database->count() == 1);
    const std::vector<std::string> names{"blob-a", "blob-b"};
    CHECK(t.database->unowned_blobs(kLocalStore, names) == std::vector<std::string>{"blob-a"});
    CHECK(t.database->undelivered(kOrigin, 10).size() == 1);
  });
}

TEST_CASE("two writers at once make one case of each item") {
  for_each_database([](DatabasePlace& t) {
    constexpr int kItems = 20;
    std::set<std::string> winners[2];
    const auto store_all = [&](int number) {
      const auto own = t.open();
      for (int i = 0; i < kItems; ++i) {
        const std::string item = "item-" + std::to_string(i);
        const std::string name = std::to_string(number) + "-" + item;
        if (!t.admit(*own, item, name)[0] && !t.settle(*own, item, name)[0])
          winners[number].insert(item);
      }
    };
    std::thread second([&] { store_all(1); });
    store_all(0);
    second.join();
    CHECK(winners[0].size() + winners[1].size() == kItems);
    for (const std::string& item : winners[0]) CHECK(winners[1].count(item) == 0);
    CHECK(t.database->count() == kItems);
    CHECK(t.database->undelivered(kOrigin, 100).size() == kItems);
  });
}

TEST_CASE("withdraw: a pending row goes, a case stays, and a repeat does nothing") {
  for_each_database([](DatabasePlace& t) {
    t.add("kept");
    t.admit(*t.database, "item", "a");
    const std::vector<base::CaseId> ids{{"a"}, {"kept"}, {"unknown"}};
    for (int repeat = 0; repeat < 2; ++repeat) {
      t.database->withdraw(ids);
      CHECK(t.database->count() == 1);
    }
    const std::vector<std::string> names{"blob-a", "blob-kept"};
    CHECK(t.database->unowned_blobs(kLocalStore, names) == std::vector<std::string>{"blob-a"});
  });
}

TEST_CASE("shorten: an earlier identification brings the end forward, a later one does nothing") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    Expiry expiry;
    expiry.rule = ExpiryRule::policy;
    expiry.expires_at = instant("2026-12-01T09:00:00Z");
    expiry.ceiling = expiry.confirmed_ceiling = instant("2027-11-17T09:00:00Z");
    for (int repeat = 0; repeat < 2; ++repeat) {
      const auto row = t.database->shorten({"a"}, instant("2026-11-17T09:00:00Z"), expiry);
      REQUIRE(row);
      CHECK(row->expires_at == expiry.expires_at);
      CHECK(row->ceiling == expiry.ceiling);
      CHECK(t.database->find({"a"})->identified_at == instant("2026-11-17T09:00:00Z"));
      CHECK(t.database->find({"a"})->expires_at == expiry.expires_at);
    }
    expiry.expires_at = instant("2026-11-25T09:00:00Z");
    CHECK(t.database->shorten({"a"}, instant("2026-11-18T09:00:00Z"), expiry)->expires_at ==
          instant("2026-12-01T09:00:00Z"));
    CHECK_FALSE(t.database->shorten({"none"}, kNow, expiry));
  });
}
