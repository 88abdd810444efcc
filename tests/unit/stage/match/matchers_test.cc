#include "stage/match/matchers/matchers.h"

#include "match_workplace.h"
#include "stage/match/exclusions.h"

using namespace proviso;
using stage_test::Json;
using stage_test::MatchWorkplace;
using stage_test::md5_of;

TEST_CASE(
    "vpdq: both shares must be reached, one that is 0 asks for nothing, and no frame at all is "
    "never enough") {
  policy::Vpdq method{.query_share = 80, .entry_share = 50};
  const auto video = [](std::uint32_t query, std::uint32_t of_query, std::uint32_t entry,
                        std::uint32_t of_entry) {
    stage::VideoHit hit;
    hit.query_frames_matched = query;
    hit.query_frames = of_query;
    hit.frames_matched = entry;
    hit.frames = of_entry;
    return hit;
  };
  CHECK(stage::enough_frames(video(8, 10, 5, 10), method));
  CHECK_FALSE(stage::enough_frames(video(7, 10, 5, 10), method));
  CHECK_FALSE(stage::enough_frames(video(8, 10, 4, 10), method));
  method = {.query_share = 80, .entry_share = 0};
  CHECK(stage::enough_frames(video(8, 10, 1, 1000), method));
  CHECK_FALSE(stage::enough_frames(video(0, 0, 0, 10), method));
  method = {.query_share = 0, .entry_share = 100};
  CHECK(stage::enough_frames(video(1, 4'000'000'000, 4'000'000'000, 4'000'000'000), method));
  CHECK_FALSE(stage::enough_frames(video(1, 1, 3'999'999'999, 4'000'000'000), method));
}

TEST_CASE(
    "indicators: enough factors at their thresholds, one of them objective, and only names go on") {
  MatchWorkplace w;
  w.technology("grooming", policy::Indicators{.thresholds = {{"age_difference", 10.0},
                                                             {"child_likely", 1.0},
                                                             {"keywords", 3.0},
                                                             {"messages_an_hour", 20.0}},
                                              .objective = {"age_difference", "child_likely"},
                                              .minimum = 2});
  w.policy.technologies.erase(w.policy.technologies.begin());
  w.open();
  const auto ask = [&](const Json& indicators) {
    return w.run_one(w.hashed("a", {{"kind", "text"}},
                              {{"content", {{"kind", "text"}}}, {"indicators", indicators}}));
  };
  const auto flagged =
      ask({{"age_difference", 20}, {"keywords", 3}, {"pattern", "p-7"}, {"messages_an_hour", 1}});
  REQUIRE(flagged.hits().size() == 1);
  const Json& hit = flagged.hits()[0];
  CHECK(hit.at("factors") == Json{"age_difference", "keywords"});
  CHECK(hit.at("class") == "solicitation");
  CHECK(hit.at("method") == "indicators");
  CHECK(hit.at("previously_identified") == false);
  CHECK_FALSE(hit.contains("list"));
  CHECK(ask({{"child_likely", true}, {"keywords", 3.5}}).hits().size() == 1);
  CHECK(ask({{"child_likely", false}, {"keywords", 9}}).hits().empty());
  CHECK(ask({{"age_difference", 9.99}, {"keywords", 3}}).hits().empty());
  CHECK(ask({{"age_difference", 20}}).hits().empty());                       // alone
  CHECK(ask({{"keywords", 30}, {"messages_an_hour", 500}}).hits().empty());  // nothing objective
  CHECK(ask({{"age_difference", "old"}, {"keywords", 3}}).line.at("error").at("code") ==
        "bad_record");
}

TEST_CASE("external: at or over the threshold is a hit, no score is an error and never a non-hit") {
  MatchWorkplace w;
  w.technology(
       "classifier",
       policy::External{.threshold = 0.9, .detector = "a detector", .detector_version = "3"})
      .purpose = policy::Purpose::new_csam;
  w.open();
  const auto ask = [&](const Json& more, const Json& hash = {{"md5", md5_of(50)}}) {
    return w.run_one(w.hashed("a", hash, more));
  };
  const auto flagged = ask({{"scores", {{"classifier", 0.9}, {"another", 0.1}}}});
  REQUIRE(flagged.hits().size() == 1);
  CHECK(flagged.hits()[0].at("score") == 0.9);
  CHECK(flagged.hits()[0].at("threshold") == 0.9);
  CHECK(flagged.hits()[0].at("class") == "new");
  CHECK(flagged.hits()[0].at("previously_identified") == false);
  CHECK(ask({{"scores", {{"classifier", 0.899}}}}).hits().empty());
  CHECK(ask({{"scores", {{"another", 1}}}}).line.at("error").at("code") == "no_score");
  CHECK(ask(Json::object()).line.at("error").at("code") == "no_score");
  CHECK(ask({{"scores", {{"classifier", 1.5}}}}).line.at("error").at("code") == "bad_record");
  CHECK(ask({{"scores", {{"classifier", "high"}}}}).line.at("error").at("code") == "bad_record");
  CHECK(ask(Json::object(), {{"md5", md5_of(1)}}).hits().size() == 1);  // a hit elsewhere stands
  CHECK(ask({{"scores", {{"classifier", 1}}}}, {{"md5", md5_of(9)}})
            .hits()
            .empty());  // a known-good file
}

TEST_CASE("a suspended entry is no hit and is counted by its list, what is beside it stays") {
  MatchWorkplace w;
  w.open();
  const stage::Lookup lookup(w.policy, std::nullopt);
  stage::HashedItem item;
  item.leaves.resize(1);
  std::vector<stage::MatchHit> hits(2);
  for (auto& hit : hits) {
    hit.technology = &w.policy.technologies[0];
    hit.leaf = 0;
    hit.found.emplace();
    hit.found->list = "known";
  }
  hits[0].found->suspended = true;
  hits[1].found->entry = "stays";
  const stage::Exclusions excluded = stage::exclude(hits, item, lookup);
  CHECK(excluded.suspended == std::map<std::string, std::uint64_t>{{"known", 1}});
  CHECK(excluded.known_good.empty());
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].found->entry == "stays");
}
