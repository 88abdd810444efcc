// The suite of the seam, second part: people and outbox.
#include <doctest/doctest.h>

#include <thread>

#include "database_place.h"

using namespace proviso;
using namespace proviso::vault;

namespace {

std::vector<std::string> ids_of(CaseDatabase& database) {
  std::vector<std::string> ids;
  database.each([&](const CaseRow& row) {
    ids.push_back(row.id.value);
    return true;
  });
  return ids;
}

void end_at(CaseDatabase& database, const base::CaseId& id, base::Instant at) {
  database.change(id, [&](CaseChange& change) {
    change.move({change.row().state, at, change.row().ceiling, ExpiryRule::policy});
  });
}

}  // namespace

TEST_CASE("page, each and count: every case once, by its end, in pages of any size") {
  for_each_database([](DatabasePlace& t) {
    CHECK(t.database->page(nullptr, 10).empty());
    for (const char* name : {"a", "b", "c", "d", "e"}) t.add(name);
    t.admit(*t.database, "pending", "p");
    end_at(*t.database, {"d"}, instant("2026-12-01T00:00:00Z"));
    CHECK(ids_of(*t.database) == std::vector<std::string>{"d", "a", "b", "c", "e"});
    CHECK(t.database->count() == 5);
    std::vector<std::string> paged;
    std::optional<CaseRow> last;
    for (;;) {
      const auto page = t.database->page(last ? &*last : nullptr, 2);
      for (const CaseRow& row : page) paged.push_back(row.id.value);
      if (page.size() < 2) break;
      last = page.back();
    }
    CHECK(paged == std::vector<std::string>{"d", "a", "b", "c", "e"});
    std::size_t seen = 0;
    t.database->each([&](const CaseRow&) { return ++seen < 2; });
    CHECK(seen == 2);
  });
}

TEST_CASE("each: more cases than a page has are all visited") {
  for_each_database([](DatabasePlace& t) {
    constexpr std::size_t kCases = kPage + 3;
    const ReplayKeys keys = t.database->replay_keys(kNow);
    std::vector<Admission> admissions;
    std::vector<Settlement> settlements;
    for (std::size_t i = 0; i < kCases; ++i) {
      const std::string name = std::to_string(i);
      admissions.push_back({tags_of(name, keys), DatabasePlace::row(name)});
      settlements.push_back(DatabasePlace::settlement(name, name, keys));
    }
    REQUIRE(t.database->admit(keys.ids(), admissions, *t.writer, kNow));
    REQUIRE(t.database->settle(keys.ids(), keys.today, settlements, kNow));
    const auto ids = ids_of(*t.database);
    CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == kCases);
    CHECK(ids.size() == kCases);
    CHECK(t.database->undelivered(kOrigin, kMaxGroup).size() == kCases);
  });
}

TEST_CASE("envelope: the bytes that were settled; none of a pending or unknown case") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    t.admit(*t.database, "pending", "p");
    const auto envelope = t.database->envelope({"a"});
    REQUIRE(envelope);
    CHECK(base::as_text(*envelope) == "envelope of a");
    CHECK_FALSE(t.database->envelope({"p"}));
    CHECK_FALSE(t.database->envelope({"none"}));
  });
}

TEST_CASE("change: what it did is there together, or not at all when its caller throws") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    t.database->delivered(t.database->undelivered(kOrigin, 10));
    const auto confirm = [&](CaseChange& change) {
      change.move({State::confirmed, instant("2027-05-24T09:00:00Z"), {}, ExpiryRule::policy});
      change.keep_decision(R"({"verdict":"confirm"})");
      change.hold(true);
      change.post(DatabasePlace::line("decided-a"));
      CHECK(change.row().state == State::confirmed);
      CHECK(change.row().held);
    };
    CHECK_THROWS_AS(t.database->change({"a"},
                                       [&](CaseChange& change) {
                                         confirm(change);
                                         change.end_purpose("reporting", kNow);
                                         change.keep_token("account", "aa");
                                         throw std::runtime_error("refused");
                                       }),
                    std::runtime_error);
    CHECK(t.database->find({"a"})->state == State::suspected);
    CHECK_FALSE(t.database->find({"a"})->held);
    CHECK(t.database->decisions({"a"}).empty());
    CHECK(t.database->live_purposes({"a"}).size() == 2);
    CHECK(t.database->undelivered(kOrigin, 10).empty());
    for (int repeat = 0; repeat < 2; ++repeat) {
      t.database->change({"a"}, confirm);
      const auto row = t.database->find({"a"});
      CHECK(row->state == State::confirmed);
      CHECK(row->expires_at == instant("2027-05-24T09:00:00Z"));
      CHECK_FALSE(row->ceiling);
      CHECK(row->held);
      CHECK(t.database->decisions({"a"}) == std::vector<std::string>{R"({"verdict":"confirm"})"});
      CHECK(t.database->undelivered(kOrigin, 10).size() == 1);
    }
  });
}

TEST_CASE("change: a case that does not exist is no_input") {
  for_each_database([](DatabasePlace& t) {
    try {
      t.database->change({"none"}, [](CaseChange&) { FAIL("called without a case"); });
      FAIL("changed a case that does not exist");
    } catch (const base::Error& error) {
      CHECK(error.code() == base::ExitCode::no_input);
    }
  });
}

TEST_CASE("decisions are kept in their order") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    t.add("b");
    for (const char* text : {"1", "3", "2"})
      t.database->change({"a"}, [&](CaseChange& change) { change.keep_decision(text); });
    CHECK(t.database->decisions({"a"}) == std::vector<std::string>{"1", "3", "2"});
    CHECK(t.database->decisions({"b"}).empty());
  });
}

TEST_CASE("end_purpose: a purpose ends once") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    const auto end = [&](const char* purpose) {
      bool live = false;
      t.database->change({"a"},
                         [&](CaseChange& change) { live = change.end_purpose(purpose, kNow); });
      return live;
    };
    CHECK(end("reporting"));
    CHECK_FALSE(end("reporting"));
    CHECK_FALSE(end("unknown"));
    CHECK(t.database->live_purposes({"a"}) == std::vector<std::string>{"blocking"});
    CHECK(t.database->find({"a"})->purposes == std::vector<std::string>{"blocking"});
  });
}

TEST_CASE("keep_token: first where no other case has it; its own does not count") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    t.add("b");
    const auto first = [&](const char* id, const char* kind) {
      bool is_first = false;
      t.database->change({id},
                         [&](CaseChange& change) { is_first = change.keep_token(kind, "aa"); });
      return is_first;
    };
    CHECK(first("a", "account"));
    CHECK(first("a", "account"));
    CHECK_FALSE(first("b", "account"));
    CHECK(first("b", "item"));
  });
}

TEST_CASE("change: a case is locked while one connection changes it") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    constexpr int kSteps = 40;
    const auto count_up = [&] {
      const auto own = t.open();
      for (int i = 0; i < kSteps; ++i) {
        own->change({"a"}, [](CaseChange& change) {
          const CaseRow& row = change.row();
          change.move(
              {row.state, base::Instant{row.expires_at.seconds + 1}, row.ceiling, row.expiry_rule});
        });
      }
    };
    const base::Instant before = t.database->find({"a"})->expires_at;
    std::thread second(count_up);
    count_up();
    second.join();
    CHECK(t.database->find({"a"})->expires_at.seconds == before.seconds + 2 * kSteps);
  });
}

TEST_CASE(
    "undelivered: the lines of one ledger, oldest first; delivered: they go, once and for all") {
  for_each_database([](DatabasePlace& t) {
    t.add("a");
    t.database->delivered(t.database->undelivered(kOrigin, 10));
    t.database->change({"a"}, [](CaseChange& change) {
      change.post(DatabasePlace::line("3"));
      change.post(DatabasePlace::line("1"));
      change.post(DatabasePlace::line("other", "proviso/other/rehearsal"));
      change.post(DatabasePlace::line("2"));
    });
    CHECK(t.database->undelivered(kOrigin, 1).size() == 1);
    const auto lines = t.open()->undelivered(kOrigin, 10);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].event_id == "3");
    CHECK(lines[0].origin == kOrigin);
    CHECK(lines[0].entry == DatabasePlace::line("3").entry);
    CHECK(lines[1].event_id == "1");
    CHECK(lines[2].event_id == "2");
    for (int repeat = 0; repeat < 2; ++repeat) {
      t.database->delivered(std::span<const OutboxLine>(lines).first(2));
      REQUIRE(t.database->undelivered(kOrigin, 10).size() == 1);
      CHECK(t.database->undelivered(kOrigin, 10)[0].event_id == "2");
    }
    CHECK(t.database->undelivered("proviso/other/rehearsal", 10).size() == 1);
  });
}
