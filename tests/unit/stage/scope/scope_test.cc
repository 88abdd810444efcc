#include "stage/scope/scope.h"

#include <fcntl.h>

#include <sstream>

#include "../stream_workplace.h"
#include "ledger/documents.h"
#include "ledger/events.h"
#include "stage/scope/scope_explanation.h"

using namespace proviso;
using Kind = ndjson::Outcome::Kind;
using Counts = std::map<std::string, std::uint64_t>;
using stage_test::at;
using stage_test::Json;

namespace {

struct Scoping : stage_test::StreamWorkplace {
  Scoping() { open(); }

  stage::ScopeSettings rejecting() const {
    stage::ScopeSettings settings;
    settings.rejects = directory / "rejects.ndjson";
    return settings;
  }
  std::vector<Json> rejects() const {
    std::vector<Json> lines;
    std::istringstream text(base::read_file(directory / "rejects.ndjson"));
    for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line, "line"));
    return lines;
  }
};

Json outside_the_union() { return {{"region", "US"}}; }
Json with_a_lawyer() {
  return {{"counterparts", {{{"account", "x"}, {"region", "FR"}, {"secrecy", "protected"}}}}};
}

}  // namespace

TEST_CASE("an admitted item goes on with a sealed scope member, every other byte as it was") {
  Scoping w;
  stage::Scope scope(*w.gate, *w.ledger, {});
  const std::string line = R"({"x" : [1.50,"\u00e9"] ,)" + w.item("m-1", "a").substr(1);
  const auto answer = w.run_batch(scope, {line}).at(0);
  CHECK(answer.kind == Kind::pass);
  CHECK(answer.text.starts_with(line.substr(0, line.size() - 1) + R"(,"scope":{)"));
  const Json& member = answer.json.at("scope");
  CHECK(member.at("decision") == "admitted");
  CHECK(member.at("mode") == "rehearsal");
  CHECK(member.at("technologies") == Json{"known-digests"});
  CHECK(member.at("gate") == w.gate->digest());
  CHECK(member.at("run") == scope.run());
  CHECK(w.seals_verify(answer.text, {"scope"}));
  CHECK(w.counts(scope.run()) == Counts{{"in/admitted", 1}});
}

TEST_CASE("a refused item is dropped and counted by its rule; its files go once that is durable") {
  Scoping w;
  w.put("content", "x");
  w.put("evidence", "x");
  w.put("other", "x");
  stage::Scope scope(*w.gate, *w.ledger, {});
  Json more = outside_the_union();
  more["content"] = {{"kind", "image"}, {"path", "content"}, {"evidence", "evidence"}};
  auto outcomes = w.process(scope, {w.item("m-1", "", more), w.item("m-2", "other")});
  CHECK(outcomes[0].kind == Kind::drop);
  CHECK(w.there("content"));
  CHECK(w.there("evidence"));
  w.commit(scope, outcomes);
  CHECK(outcomes[0].line.empty());
  CHECK_FALSE(w.there("content"));
  CHECK_FALSE(w.there("evidence"));
  CHECK(w.there("other"));
  CHECK(w.counts(scope.run()) == Counts{{"dropped/refused/SC-01", 1}, {"in/admitted", 1}});
}

TEST_CASE("the refusals file has id, rule and citation, of a protected party the rule alone") {
  Scoping w;
  stage::Scope scope(*w.gate, *w.ledger, w.rejecting());
  const auto answers =
      w.run_batch(scope, {w.item("m-1", "a", outside_the_union()), w.item("m-2", "b"),
                          w.item("m-3", "c", with_a_lawyer())});
  for (const std::size_t refused : {0u, 2u}) {
    CHECK(answers[refused].kind == Kind::drop);
    CHECK(answers[refused].text.empty());
  }
  CHECK(answers[1].kind == Kind::pass);
  w.run_batch(scope, {w.item("m-4", "d", {{"service", "forum"}})});
  const std::vector<Json> rejects = w.rejects();
  REQUIRE(rejects.size() == 3);
  CHECK(rejects[0].at("id") == "m-1");
  CHECK(rejects[0].at("rule") == "SC-01");
  CHECK(rejects[0].at("citation") == w.law.refusal("SC-01", "").citation);
  CHECK_FALSE(rejects[1].contains("id"));
  CHECK(rejects[1].at("rule") == "HU-05");
  CHECK(rejects[2].at("id") == "m-4");
  CHECK(rejects[2].at("rule") == "SC-09");
}

TEST_CASE("a dry run decides and writes refusals, but unlinks and records nothing") {
  Scoping w;
  w.put("a", "x");
  const std::uint64_t size = w.ledger->checkpoint().size;
  stage::ScopeSettings settings = w.rejecting();
  settings.dry_run = true;
  stage::Scope scope(*w.gate, *w.ledger, settings);
  w.run_batch(scope, {w.item("m-1", "a", outside_the_union()), w.item("m-2", "b")});
  scope.finish();
  CHECK(w.there("a"));
  CHECK(w.ledger->checkpoint().size == size);
  CHECK(std::filesystem::is_empty(w.policy.ledger / "documents"));
  CHECK(w.counts(scope.run()).empty());
  CHECK(w.rejects().size() == 1);
  Counts totals;
  for (const auto& [key, sum] : scope.totals())
    totals[std::string(to_string(key.outcome)) + key.reason] += sum.items;
  CHECK(totals == Counts{{"admitted", 1}, {"refusedSC-01", 1}});
}

TEST_CASE("an item that is not a proper record is an error of its own and keeps its file") {
  Scoping w;
  w.put("a", "x");
  stage::Scope scope(*w.gate, *w.ledger, w.rejecting());
  auto outcomes = w.process(
      scope, {w.item("m-1", "a", {{"region", 5}}), w.item("m-2", "a", {{"scope", Json::object()}}),
              w.item("m-3", "a", {{"error", {{"code", "decode_failed"}}}}),
              w.item("m-4", "", {{"content", {{"kind", "image"}}}})});
  w.commit(scope, outcomes);
  for (const auto& outcome : outcomes) {
    CHECK(outcome.kind == Kind::error);
    CHECK(outcome.line.find(R"("error":{"tool":"scope-check","code":"bad_record")") !=
          std::string::npos);
  }
  CHECK(w.there("a"));
  CHECK(w.rejects().empty());
  CHECK(w.counts(scope.run()) == Counts{{"dropped/error/bad_record", 4}});
}

TEST_CASE("a refused item's path that leads elsewhere, or to no regular file, is left alone") {
  Scoping w;
  base::write_new_file(w.directory / "outside", "x");
  std::filesystem::create_symlink(w.directory / "outside", w.policy.spool / "link");
  std::filesystem::create_directory(w.policy.spool / "folder");
  stage::Scope scope(*w.gate, *w.ledger, {});
  w.run_batch(scope, {w.item("m-1", "../outside", outside_the_union()),
                      w.item("m-2", "link", outside_the_union()),
                      w.item("m-3", "folder", outside_the_union())});
  CHECK(std::filesystem::exists(w.directory / "outside"));
  CHECK(w.there("link"));
  CHECK(w.there("folder"));
  CHECK(w.counts(scope.run()) == Counts{{"dropped/refused/SC-01", 3}});
}

TEST_CASE("with every pair closed the run ends with what is missing, and the ledger says so") {
  Scoping w;
  w.set_time(at("2026-05-01T00:00:00Z"));
  stage::Scope scope(*w.gate, *w.ledger, {});
  std::optional<base::ExitCode> code;
  try {
    scope.begin_batch(1);
  } catch (const base::Error& error) {
    code = error.code();
  }
  CHECK(code == base::ExitCode::unavailable);
  const std::vector<Json> closed = w.events(ledger::event::kGateClosed);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].at("rules") == Json{"SC-12"});
}

TEST_CASE("a halt closes the gate with the next batch, and what was admitted before is counted") {
  Scoping w;
  stage::Scope scope(*w.gate, *w.ledger, {});
  CHECK(w.run_batch(scope, {w.item("m-1", "a")}).at(0).kind == Kind::pass);
  w.sign(ledger::OversightAct::halt, "under review");
  w.set_time(at("2025-06-01T00:00:01Z"));
  CHECK_THROWS_AS(scope.begin_batch(1), base::Error);
  CHECK(w.counts(scope.run()) == Counts{{"in/admitted", 1}});
}

TEST_CASE("a run ends at UTC midnight; each has the gate's inputs in the ledger once") {
  Scoping w;
  stage::Scope scope(*w.gate, *w.ledger, {});
  w.run_batch(scope, {w.item("m-1", "a")});
  const std::string first = scope.run();
  w.set_time(at("2025-06-01T23:59:59Z"));
  w.run_batch(scope, {w.item("m-2", "a")});
  CHECK(scope.run() == first);
  w.set_time(at("2025-06-02T00:00:00Z"));
  const auto answer = w.run_batch(scope, {w.item("m-3", "a")}).at(0);
  CHECK(scope.run() != first);
  CHECK(answer.json.at("scope").at("run") == scope.run());
  scope.finish();
  CHECK(w.counts(first) == Counts{{"in/admitted", 2}});
  CHECK(w.counts(scope.run()) == Counts{{"in/admitted", 1}});
  CHECK(w.events(ledger::event::kGateInputs).size() == 2);
}

TEST_CASE("what the gate decides by is kept before the run is in the ledger") {
  Scoping w;
  const auto notice = w.directory / "notice.md", assessment = w.directory / "dpia.yaml";
  base::write_new_file(notice, "we look for known material");
  base::write_new_file(assessment, "proviso-dpia: 1\n");
  w.policy.services[0].notice.file = notice;
  w.policy.technologies[0].dpia = assessment;
  w.open();
  const std::string digest = w.gate->digest();
  stage::Scope scope(*w.gate, *w.ledger, {});
  w.run_batch(scope, {w.item("m-1", "a")});
  const std::vector<Json> runs = w.events(ledger::event::kGateInputs);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].at("gate") == digest);
  std::map<std::string, std::string> kept;  // "kind name" -> bytes
  for (const Json& each : runs[0].at("documents")) {
    const auto bytes =
        ledger::read_document(w.policy.ledger / "documents" / each.at("sha256").get<std::string>());
    REQUIRE(bytes);
    kept[each.at("kind").get<std::string>() + " " + each.value("name", "")] = *bytes;
  }
  CHECK(kept.size() == 4);
  CHECK(kept.at("instrument com-2020-568") == w.law.base().text);
  CHECK(crypto::sha256_hex(w.law.base().text) == w.law.base().digest);
  CHECK(kept.at("dpia known-digests") == "proviso-dpia: 1\n");
  CHECK(kept.at("notice chat") == "we look for known material");
  CHECK(json::parse(kept.at("policy "), "policy").at("instrument") == "com-2020-568");
  CHECK(runs[0].at("dpia") == Json{crypto::sha256_hex("proviso-dpia: 1\n")});
}

TEST_CASE("a run whose documents cannot be kept does not begin") {
  Scoping w;
  const auto begins = [&] {
    stage::Scope scope(*w.gate, *w.ledger, {});
    try {
      scope.begin_batch(1);
      return base::ExitCode::ok;
    } catch (const base::Error& error) {
      return error.code();
    }
  };
  REQUIRE(begins() == base::ExitCode::ok);
  for (const auto& file : std::filesystem::directory_iterator(w.policy.ledger / "documents"))
    base::write_file_atomically(file.path(), "changed");
  CHECK(begins() == base::ExitCode::check_failed);
  std::filesystem::remove_all(w.policy.ledger / "documents");
  CHECK(begins() == base::ExitCode::cannot_create);
  CHECK(w.events(ledger::event::kGateInputs).size() == 1);
}

TEST_CASE("a group counts each of its batches for the run that decided it") {
  Scoping w;
  stage::Scope scope(*w.gate, *w.ledger, {});
  auto outcomes = w.process(scope, {w.item("m-1", "a"), w.item("m-2", "a")});
  scope.commit_batch(outcomes);
  const std::string first = scope.run();
  w.set_time(at("2025-06-02T00:00:00Z"));
  outcomes = w.process(scope, {w.item("m-3", "a")});
  scope.commit_batch(outcomes);
  const ndjson::GroupWork work = scope.close_group();
  CHECK(w.counts(first).empty());
  work.commit();
  CHECK(w.counts(first) == Counts{{"in/admitted", 2}});
  CHECK(w.counts(scope.run()) == Counts{{"in/admitted", 1}});
}

TEST_CASE("what is decided while a group is committed belongs to the next, and its files stay") {
  Scoping w;
  for (const char* name : {"a", "b"}) w.put(name, "x");
  stage::Scope scope(*w.gate, *w.ledger, w.rejecting());
  auto outcomes = w.process(scope, {w.item("m-1", "a", outside_the_union())});
  scope.commit_batch(outcomes);
  const ndjson::GroupWork first = scope.close_group();
  outcomes = w.process(scope, {w.item("m-2", "b", outside_the_union()), w.item("m-3", "c")});
  scope.commit_batch(outcomes);
  CHECK(w.rejects().empty());
  first.commit();
  CHECK(w.there("a"));
  CHECK(w.counts(scope.run()) == Counts{{"dropped/refused/SC-01", 1}});
  CHECK(w.rejects().size() == 1);
  first.after();
  CHECK_FALSE(w.there("a"));
  CHECK(w.there("b"));
  const ndjson::GroupWork second = scope.close_group();
  second.commit();
  CHECK(w.counts(scope.run()) == Counts{{"dropped/refused/SC-01", 2}, {"in/admitted", 1}});
  CHECK(w.rejects().size() == 2);
  CHECK_FALSE(second.after == nullptr);
}

TEST_CASE("as a stream, with threads: every line is counted, every refused file is gone") {
  Scoping w;
  constexpr int kItems = 3000;
  std::string text;
  for (int i = 0; i < kItems; ++i) {
    const std::string name = "m-" + std::to_string(i);
    const bool refused = i % 3 == 0;
    if (i % 30 == 0 || i % 30 == 1) w.put(name, "x");
    text += w.item(name, name, refused ? outside_the_union() : Json::object()) + "\n";
  }
  base::write_new_file(w.directory / "in", text);
  const base::UniqueFd in(::open((w.directory / "in").c_str(), O_RDONLY | O_CLOEXEC));
  const base::UniqueFd out(
      ::open((w.directory / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  stage::ScopeSettings settings = w.rejecting();
  settings.jobs = 3;
  stage::Scope scope(*w.gate, *w.ledger, settings);
  ndjson::StreamOptions options;
  options.input = in.get();
  options.output = out.get();
  options.jobs = 3;
  options.max_batch = 50;
  options.max_group = 200;
  ndjson::StreamCounts counts;
  CHECK(ndjson::run_stream(scope, options, counts) == base::ExitCode::ok);
  CHECK(w.counts(scope.run()) ==
        Counts{{"dropped/refused/SC-01", kItems / 3}, {"in/admitted", kItems / 3 * 2}});
  std::vector<std::string> let_through, refused;
  std::istringstream lines(base::read_file(w.directory / "out"));
  for (std::string line; std::getline(lines, line);)
    let_through.push_back(json::parse(line, "line").at("id").get<std::string>());
  for (const Json& reject : w.rejects()) refused.push_back(reject.at("id").get<std::string>());
  REQUIRE(let_through.size() == kItems / 3 * 2);
  REQUIRE(refused.size() == kItems / 3);
  for (std::size_t i = 0; i < refused.size(); ++i) {
    CHECK(refused[i] == "m-" + std::to_string(3 * i));
    CHECK(let_through[2 * i] == "m-" + std::to_string(3 * i + 1));
    CHECK(let_through[2 * i + 1] == "m-" + std::to_string(3 * i + 2));
  }
  for (int i = 0; i < kItems; i += 30) {
    CHECK_FALSE(w.there("m-" + std::to_string(i)));
    CHECK(w.there("m-" + std::to_string(i + 1)));
  }
}

TEST_CASE("looking back, each item is judged by the day on which it was sent") {
  Scoping w;
  stage::ScopeSettings settings = w.rejecting();
  settings.dry_run = settings.historical = true;
  stage::Scope scope(*w.gate, *w.ledger, settings);
  const auto answers = w.run_batch(
      scope, {w.item("m-1", "a", {{"sent_at", "2025-01-01T00:00:00Z"}}),
              w.item("m-2", "a", {{"sent_at", "2020-01-01T00:00:00Z"}}),
              w.item("m-3", "a", {{"sent_at", "2025-01-02T00:00:00Z"}}), w.item("m-4", "a")});
  CHECK(answers[0].json.at("scope").at("at") == "2025-01-01T00:00:00Z");
  CHECK(answers[1].kind == Kind::drop);
  CHECK(answers[2].json.at("scope").at("at") == "2025-01-02T00:00:00Z");
  CHECK(answers[3].error() == "bad_record");
  REQUIRE(w.rejects().size() == 1);
  CHECK(w.rejects()[0].at("rule") == "SC-12");
}

TEST_CASE("explaining prints the decision on the item that was asked for, and nothing else") {
  Scoping w;
  stage::ScopeSettings settings;
  settings.dry_run = true;
  settings.explain = "m-2";
  stage::Scope scope(*w.gate, *w.ledger, settings);
  auto outcomes = w.process(scope, {w.item("m-1", "a"), w.item("m-3", "a")});
  CHECK_FALSE(scope.explained());
  for (const auto& outcome : outcomes) CHECK(outcome.line.empty());
  outcomes = w.process(scope, {w.item("m-2", "a", outside_the_union())});
  CHECK(scope.explained());
  CHECK(outcomes[0].line.starts_with("item m-2: refused under SC-01 ("));
}

TEST_CASE("a comparison of two texts counts the items by both decisions and passes none on") {
  Scoping w;
  const law::Resolved later = gate_test::under("reg-2026-1881");
  gate::Gate second(w.policy, later, w.ledger.get());
  stage::ScopeComparison comparison(*w.gate, second);
  const auto answers =
      w.run_batch(comparison, {w.item("m-1", "a"), w.item("m-2", "a", outside_the_union())});
  for (const auto& answer : answers) {
    CHECK(answer.kind == Kind::drop);
    CHECK(answer.text.empty());
  }
  const std::string table = comparison.table();
  CHECK(table.find("com-2020-568") != std::string::npos);
  CHECK(table.find("reg-2026-1881") != std::string::npos);
  CHECK(table.find("refused SC-01") != std::string::npos);
}
