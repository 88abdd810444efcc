#include "stage/match/match.h"

#include "ledger/counts.h"
#include "ledger/events.h"
#include "match_workplace.h"
#include "ndjson/splice.h"

using namespace proviso;
using stage_test::entries_of;
using stage_test::Json;
using stage_test::MatchWorkplace;
using stage_test::md5_of;
using stage_test::pdq_of;
using stage_test::sha256_of;

TEST_CASE(
    "an exact hit says technology, list, entry, method, class and index, and a verified list makes "
    "it previously identified") {
  MatchWorkplace w;
  w.open();
  const auto answer = w.run_one(w.hashed("a", {{"md5", md5_of(1)}}));
  REQUIRE(answer.hits().size() == 1);
  const Json& hit = answer.hits()[0];
  CHECK(hit.at("technology") == "known-digests");
  CHECK(hit.at("list") == "known");
  CHECK(hit.at("entry") == "known-1");
  CHECK(hit.at("method") == "md5");
  CHECK(hit.at("distance") == 0);
  CHECK(hit.at("class") == "known");
  CHECK(hit.at("previously_identified") == true);
  CHECK(hit.at("index").get<std::string>().size() == 64);
  CHECK(answer.line.at("match").at("identified_at") == "2025-06-01T00:00:00Z");
  const auto unverified = w.run_one(w.hashed("b", {{"md5", md5_of(3)}}));
  CHECK(entries_of(unverified) == "fresh-3");
  CHECK(unverified.hits()[0].at("previously_identified") == false);
  const auto none = w.run_one(w.hashed("c", {{"md5", md5_of(4)}}));
  CHECK(none.hits().empty());
  CHECK_FALSE(none.line.at("match").contains("identified_at"));
}

TEST_CASE("a digest that the technology does not name is not looked up, though the record has it") {
  MatchWorkplace w;
  w.policy.technologies[0].method = policy::Exact{{policy::HashType::md5}};
  w.open();
  CHECK(w.run_one(w.hashed("a", {{"sha256", sha256_of(1)}})).hits().empty());
  CHECK(entries_of(w.run_one(w.hashed("b", {{"md5", md5_of(1)}}))) == "known-1");
}

TEST_CASE("PDQ: within the distance, of good quality, and with both numbers in the hit") {
  MatchWorkplace w;
  w.technology("pdq", policy::Pdq{.distance = 20});
  w.policy.technologies.erase(w.policy.technologies.begin());
  w.open();
  const auto near = w.run_one(w.hashed("a", {{"pdq", pdq_of(1, 12)}, {"pdq_quality", 60}}));
  REQUIRE(near.hits().size() == 1);
  CHECK(near.hits()[0].at("distance") == 12);
  CHECK(near.hits()[0].at("threshold") == 20);
  CHECK(near.hits()[0].at("quality") == 60);
  CHECK(near.hits()[0].at("quality_floor") == 50);
  CHECK(near.hits()[0].at("previously_identified") == false);
  CHECK(w.run_one(w.hashed("b", {{"pdq", pdq_of(1, 21)}, {"pdq_quality", 60}})).hits().empty());
  CHECK(w.run_one(w.hashed("c", {{"pdq", pdq_of(1)}, {"pdq_quality", 49}})).hits().empty());
}

TEST_CASE(
    "a distance counts as previously identified only where policy and impact assessment name it, "
    "and never for a single frame") {
  MatchWorkplace w;
  w.technology("pdq", policy::Pdq{});
  w.policy.technologies.erase(w.policy.technologies.begin());
  w.policy.known_within = 10;
  w.open();
  const auto identified = [&](const Json& hash) {
    return w.run_one(w.hashed("a", hash)).hits().at(0).at("previously_identified").get<bool>();
  };
  const Json near{{"pdq", pdq_of(1, 8)}, {"pdq_quality", 80}};
  CHECK_FALSE(identified(
      near));  // this text asks for no impact assessment, and there is none that names the distance

  w.policy.technologies[0].dpia = w.directory / "dpia.yaml";
  base::write_new_file(w.policy.technologies[0].dpia,
                       "proviso-dpia: 1\ntechnology: {name: pdq, version: \"1.0\"}\nderogation: "
                       "{known_within: 10}\n");
  w.gate = std::make_unique<gate::Gate>(w.policy, w.law, w.ledger.get());
  CHECK(identified(near));
  CHECK_FALSE(identified({{"pdq", pdq_of(1, 11)}, {"pdq_quality", 80}}));
  CHECK_FALSE(identified({{"pdq", pdq_of(3, 2)}, {"pdq_quality", 80}}));  // not a verified list
  CHECK_FALSE(identified(
      {{"kind", "video"},
       {"frames", {{{"pdq", pdq_of(1)}, {"pdq_quality", 80}, {"number", 0}, {"ms", 0}}}}}));
}

TEST_CASE("a chunk of records gives each the hits that it has alone, in order") {
  MatchWorkplace w;
  w.technology("pdq", policy::Pdq{});
  w.open();
  std::vector<std::string> lines;
  for (int i = 0; i < 64; ++i) {
    Json hash{{"md5", md5_of(i % 5)}, {"pdq", pdq_of(i % 7, i % 40)}, {"pdq_quality", 40 + i % 30}};
    if (i % 9 == 0)
      hash = {{"kind", "archive"},
              {"members",
               {{{"index", 0}, {"kind", "image"}, {"pdq", pdq_of(1)}, {"pdq_quality", 90}},
                {{"index", 3}, {"kind", "image"}, {"md5", md5_of(3)}}}}};
    lines.push_back(w.hashed("item-" + std::to_string(i), hash));
  }
  lines[10] = w.hashed("again", {{"md5", "zz"}});  // an error among them
  const auto together = w.run(lines);
  std::size_t with_hits = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto alone = w.run_one(lines[i]);
    CHECK(together[i].line == alone.line);
    CHECK(together[i].kind == alone.kind);
    if (alone.line.contains("match") && !alone.hits().empty()) ++with_hits;
  }
  CHECK(with_hits > 20);
  CHECK(together[10].line.at("error").at("code") == "bad_record");
}

TEST_CASE(
    "a list of known-good files clears every hit of that leaf, makes none, and is counted in "
    "record, figures and ledger") {
  MatchWorkplace w;
  w.technology("pdq", policy::Pdq{});
  w.policy.technologies[0].lists = {"known", "fresh", "good"};
  w.open();
  stage::Match match(*w.gate, *w.ledger, {});
  const auto answers =
      w.run(match, {w.hashed("a", {{"md5", md5_of(2)}, {"pdq", pdq_of(1)}, {"pdq_quality", 90}}),
                    w.hashed("b", {{"md5", md5_of(9)}}), w.hashed("c", {{"md5", md5_of(1)}}),
                    w.hashed("d", {{"kind", "archive"},
                                   {"members",
                                    {{{"index", 0}, {"kind", "image"}, {"md5", md5_of(2)}},
                                     {{"index", 1}, {"kind", "image"}, {"md5", md5_of(1)}}}}})});
  match.finish();
  CHECK(answers[0].hits().empty());
  CHECK(answers[0].line.at("match").at("excluded") ==
        Json{{"known_good", 3}, {"suspended", 0}});  // two exact, one PDQ
  CHECK(answers[1].hits().empty());
  CHECK_FALSE(answers[1].line.at("match").contains("excluded"));
  CHECK(entries_of(answers[2]) == "known-1");
  CHECK(entries_of(answers[3]) == "known-1");
  CHECK(json::parse(match.figures(), "figures").at("match").at("excluded").at("known_good") == 5);
  const auto events = w.events(ledger::event::kMatchExcluded);
  REQUIRE(events.size() == 1);
  CHECK(events[0].at("known_good") == Json{{"good", 5}});
}

TEST_CASE("a hit that was cleared does not make an unread member a non-hit") {
  MatchWorkplace w;
  w.open();
  const auto answer = w.run_one(w.hashed(
      "a", {{"kind", "archive"},
            {"members",
             {{{"index", 0}, {"kind", "image"}, {"md5", md5_of(2)}},
              {{"index", 1}, {"error", {{"code", "locked"}, {"message", "encrypted"}}}}}}}));
  CHECK(answer.kind == ndjson::Outcome::Kind::error);
  CHECK(answer.line.at("error").at("code") == "locked");
}

TEST_CASE("--best keeps of each technology and leaf the nearest hit, previously identified first") {
  MatchWorkplace w;
  w.technology("pdq", policy::Pdq{});
  w.policy.lists.pop_back();
  w.open();
  const Json hash{
      {"md5", md5_of(2)}, {"sha256", sha256_of(2)}, {"pdq", pdq_of(2, 3)}, {"pdq_quality", 90}};
  CHECK(w.run_one(w.hashed("a", hash)).hits().size() == 6);
  stage::MatchSettings best;
  best.best = true;
  const auto answer = w.run_one(w.hashed("a", hash), best);
  REQUIRE(answer.hits().size() == 2);
  CHECK(answer.hits()[0].at("list") == "known");
  CHECK(answer.hits()[0].at("previously_identified") == true);
  CHECK(answer.hits()[1].at("technology") == "pdq");
}

TEST_CASE(
    "--sample looks a list up for the chosen items alone, the others always, and says so in record "
    "and ledger") {
  MatchWorkplace w;
  w.open();
  stage::MatchSettings settings;
  settings.sample.emplace(0.5, "roll-out", std::vector<std::string>{"fresh"});
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i)
    lines.push_back(w.hashed("item-" + std::to_string(i), {{"md5", md5_of(i % 2 == 0 ? 1 : 3)}}));
  const auto answers = w.run(lines, settings);
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const bool sampled = answers[i].line.at("match").at("sampled").get<bool>();
    if (sampled) ++chosen;
    CHECK(entries_of(answers[i]) == (i % 2 == 0 ? "known-1" : sampled ? "fresh-3" : ""));
  }
  CHECK(chosen > 15);
  CHECK(chosen < 45);
  const auto loaded = w.events(ledger::event::kIndexLoaded);
  REQUIRE_FALSE(loaded.empty());
  CHECK(loaded.back().at("sample") ==
        Json{{"rate", 0.5}, {"seed", "roll-out"}, {"lists", {"fresh"}}});

  settings.sample.emplace(0.0, "roll-out", std::vector<std::string>{});
  CHECK(w.run_one(lines[0], settings).hits().empty());  // no list at all is nothing, not everything
  settings.sample.emplace(0.5, "roll-out", std::vector<std::string>{"unheard-of"});
  CHECK_THROWS_AS(stage::Match(*w.gate, *w.ledger, settings), base::Error);
}

TEST_CASE(
    "the breaker stops before the batch is written, with an entry in the ledger and the counts of "
    "what was withheld") {
  MatchWorkplace w;
  w.policy.max_hit_share = 0.5;
  w.policy.hit_share_window = 100;
  w.open();
  std::vector<std::string> clean, hits;
  for (int i = 0; i < 60; ++i) {
    clean.push_back(w.hashed("clean-" + std::to_string(i), {{"md5", md5_of(50 + i)}}));
    hits.push_back(w.hashed("hit-" + std::to_string(i), {{"md5", md5_of(1)}}));
  }
  stage::Match match(*w.gate, *w.ledger, {});
  w.run(match, clean);
  w.run(match, hits);  // 60 of 120
  CHECK(w.events(ledger::event::kBreaker).empty());
  std::optional<base::ExitCode> code;
  try {
    w.run(match, hits);  // the window has moved on
  } catch (const base::Error& error) {
    code = error.code();
  }
  REQUIRE(code);
  CHECK(*code == base::ExitCode::breaker);
  const auto events = w.events(ledger::event::kBreaker);
  REQUIRE(events.size() == 1);
  CHECK(events[0].at("seen") == 120);
  CHECK(events[0].at("hits") == 120);
  CHECK(events[0].at("withheld") == 60);
  std::uint64_t withheld = 0;
  for (const auto& [key, n] :
       ledger::run_totals(*w.ledger, "00000000000000000000000000000001").counts) {
    CHECK(key.side == ledger::CountSide::out);
    CHECK(key.outcome == ledger::CountOutcome::error);
    CHECK(key.reason == "breaker");
    withheld += n;
  }
  CHECK(withheld == 60);
}

TEST_CASE(
    "what the breaker withholds counts as its own error where it has one, else as the breaker's") {
  MatchWorkplace w;
  w.policy.max_hit_share = 0.1;
  w.policy.hit_share_window = 1;
  w.open();
  const std::string hit = w.hashed("hit", {{"md5", md5_of(1)}});
  std::string forged = w.hashed("forged", {{"md5", md5_of(1)}});
  forged.replace(forged.find("account-1"), 9, "account-2");
  stage::Match match(*w.gate, *w.ledger, {});
  match.begin_batch(4);
  std::vector<ndjson::Outcome> outcomes(4);
  const auto give = [&](std::size_t place, const std::string& line) {
    const auto record = ndjson::Record::parse(w.parser, line);
    REQUIRE(record);
    const ndjson::Placed placed{*record, place};
    outcomes[place] =
        record->has("error") ? match.process_failed(placed, 0) : match.process(placed, 0);
  };
  give(3, hit);
  give(0, ndjson::with_error(hit, "hash", {"timeout", "words", true, {}, {}}));
  give(1, forged);
  outcomes[2].bad_line = true;  // its place stays empty
  CHECK_THROWS_AS(match.commit_batch(outcomes), base::Error);
  std::map<std::string, std::uint64_t> reasons;
  for (const auto& [key, n] :
       ledger::run_totals(*w.ledger, "00000000000000000000000000000001").counts) {
    reasons[key.reason] += n;
  }
  CHECK(reasons == std::map<std::string, std::uint64_t>{{"breaker", 1}, {"timeout", 1}});
}

TEST_CASE("another version of the index than the one expected is refused") {
  MatchWorkplace w;
  w.open();
  const std::string version =
      w.run_one(w.hashed("a", {{"md5", md5_of(1)}})).hits()[0].at("index").get<std::string>();
  stage::MatchSettings settings;
  settings.expect_index = version;
  stage::Match match(*w.gate, *w.ledger, settings);
  w.run(match, {w.hashed("a", {{"md5", md5_of(1)}})});
  w.put_list("known", {1, 2, 5});
  w.build_index();
  std::optional<base::ExitCode> code;
  try {
    match.begin_batch(0);
  } catch (const base::Error& error) {
    code = error.code();
  }
  REQUIRE(code);
  CHECK(*code == base::ExitCode::config);
}

TEST_CASE("a replaced index is looked up from the next batch on, and stands in the ledger") {
  MatchWorkplace w;
  w.open();
  stage::Match match(*w.gate, *w.ledger, {});
  const std::string line = w.hashed("a", {{"md5", md5_of(5)}});
  CHECK(w.run(match, {line}).at(0).hits().empty());
  w.put_list("known", {1, 2, 5});
  w.build_index();
  CHECK(entries_of(w.run(match, {line}).at(0)) == "known-5");
  CHECK(w.events(ledger::event::kIndexLoaded).size() == 2);
}
