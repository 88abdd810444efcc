// What wins over a hit, through a real index.
#include "stage/match/exclusions.h"

#include "ledger/events.h"
#include "match_workplace.h"
#include "stage/match/lookup.h"

using namespace proviso;
using stage_test::entries_of;
using stage_test::Json;
using stage_test::MatchWorkplace;
using stage_test::md5_of;
using stage_test::pdq_of;
using stage_test::sha256_of;

namespace {

void suspend(const MatchWorkplace& w, const std::string& list, int n) {
  std::ofstream file(w.policy.list(list)->path, std::ios::app);
  file << Json{{"id", list + "-" + std::to_string(n)},
               {"md5", md5_of(n)},
               {"pdq", pdq_of(n)},
               {"suspended", true}}
              .dump()
       << '\n';
}

const Json kOne{{"known_good", 0}, {"suspended", 1}};

}  // namespace

TEST_CASE("a suspended entry gives no hit, and is counted in record and ledger by its list") {
  MatchWorkplace w;
  suspend(w, "known", 5);
  w.open();
  const auto answer = w.run_one(w.hashed("a", {{"md5", md5_of(5)}}));
  CHECK(answer.hits().empty());
  CHECK(answer.line.at("match").at("excluded") == kOne);
  CHECK_FALSE(answer.line.at("match").contains("identified_at"));
  const auto events = w.events(ledger::event::kMatchExcluded);
  REQUIRE(events.size() == 1);
  CHECK(events[0].at("suspended") == Json{{"known", 1}});
}

TEST_CASE(
    "what one list suspends is no hit of another list either, in whichever lists the technology "
    "looks") {
  for (const std::vector<std::string>& lists :
       {std::vector<std::string>{"known", "fresh"}, std::vector<std::string>{"known"}}) {
    MatchWorkplace w;
    w.policy.technologies[0].lists = lists;
    suspend(w, "fresh", 1);
    w.open();
    const auto answer = w.run_one(w.hashed("a", {{"md5", md5_of(1)}}));
    CHECK(answer.hits().empty());
    CHECK(answer.line.at("match").at("excluded").at("suspended") == lists.size());
    CHECK(entries_of(w.run_one(w.hashed("b", {{"sha256", sha256_of(1)}}))) ==
          "known-1");  // the digest that was not suspended
  }
}

TEST_CASE("a suspended PDQ entry takes the very same hash of another list with it, and no other") {
  MatchWorkplace w;
  w.technology("pdq", policy::Pdq{});
  w.policy.technologies.erase(w.policy.technologies.begin());
  suspend(w, "fresh", 1);
  w.open();
  const auto near = w.run_one(w.hashed("a", {{"pdq", pdq_of(1, 4)}, {"pdq_quality", 90}}));
  CHECK(near.hits().empty());
  CHECK(near.line.at("match").at("excluded") == Json{{"known_good", 0}, {"suspended", 2}});
  CHECK(w.run_one(w.hashed("b", {{"pdq", pdq_of(2, 4)}, {"pdq_quality", 90}})).hits().size() == 2);
}

TEST_CASE(
    "a known-good digest clears its leaf alone: the picture beside it in the archive stays a hit") {
  MatchWorkplace w;
  w.technology("pdq", policy::Pdq{});
  w.open();
  const Json harmless{{"index", 0},
                      {"kind", "image"},
                      {"md5", md5_of(9)},
                      {"pdq", pdq_of(1, 3)},
                      {"pdq_quality", 90}};
  const Json bad{{"index", 1},
                 {"kind", "image"},
                 {"md5", md5_of(8)},
                 {"pdq", pdq_of(1, 3)},
                 {"pdq_quality", 90}};
  const auto answer = w.run_one(w.hashed("a", {{"kind", "archive"}, {"members", {harmless, bad}}}));
  REQUIRE(answer.hits().size() == 1);
  CHECK(answer.hits()[0].at("member") == 1);
  CHECK(answer.line.at("match").at("excluded") == Json{{"known_good", 1}, {"suspended", 0}});
}

TEST_CASE("an index without a known-good list of the policy is refused") {
  MatchWorkplace w;
  const std::vector<policy::List> all = w.policy.lists;
  index::build(w.policy.index, {all[0], all[1]}, nullptr, w.law, {});
  try {
    stage::Lookup(w.policy, std::nullopt);
    FAIL("opened");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::config);
    CHECK(std::string(error.what()).find("no section of list 'good'") != std::string::npos);
  }
  w.build_index();
  CHECK_NOTHROW(stage::Lookup(w.policy, std::nullopt));
}

TEST_CASE("a known-good entry that is suspended clears nothing") {
  MatchWorkplace w;
  {
    std::ofstream file(w.policy.list("good")->path, std::ios::trunc);
    file << Json{{"id", "good-1"}, {"sha256", sha256_of(7)}, {"suspended", true}}.dump() << '\n'
         << Json{{"id", "good-2"}, {"sha256", sha256_of(8)}}.dump() << '\n';
  }
  w.open();
  CHECK(entries_of(w.run_one(w.hashed("a", {{"md5", md5_of(1)}, {"sha256", sha256_of(7)}}))) ==
        "known-1");
  CHECK(w.run_one(w.hashed("b", {{"md5", md5_of(1)}, {"sha256", sha256_of(8)}})).hits().empty());
}
