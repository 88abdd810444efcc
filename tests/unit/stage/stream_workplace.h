// A provider with a spool and a gate that the proposal of 2020 opens, and records as the stages
// write them. Rehearsal; the clock is at 1 June 2025.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../gate/workplace.h"
#include "json/json.h"
#include "ledger/counts.h"
#include "ndjson/record.h"
#include "ndjson/seal.h"
#include "ndjson/stream.h"

namespace proviso::stage_test {

using gate_test::at;
using json::Json;

inline constexpr std::string_view kRun = "00000000000000000000000000000001";

// The proposal without the rules that a person must attest.
inline law::Resolved law_with_few_conditions() {
  law::Instrument text = law::load("com-2020-568");
  for (law::Rule& rule : text.rules) rule.attested_by.clear();
  return {std::move(text), {}, true};
}

struct StreamWorkplace : gate_test::Workplace {
  law::Resolved law = law_with_few_conditions();
  std::unique_ptr<gate::Gate> gate;
  std::unique_ptr<ndjson::SealKey> key;
  ndjson::Parser parser;

  StreamWorkplace() {
    set_time(at("2025-06-01T00:00:00Z"));
    policy.instrument = "com-2020-568";
    policy.spool = directory / "spool";
    policy.ledger = directory / "ledger";
    policy.stream_key = (directory / "stream.key").string();
    policy.retention_unscanned = *base::parse_period("PT1H");
    std::filesystem::create_directory(policy.spool);
    base::write_new_file(policy.stream_key, "0123456789abcdef", 0600);
  }

  // After the policy is as a case wants it.
  void open() {
    gate = std::make_unique<gate::Gate>(policy, law, ledger.get());
    key = gate::stream_seal_key(policy.stream_key);
  }

  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream(policy.spool / name, std::ios::binary) << bytes;
  }
  bool there(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(policy.spool / name));
  }

  // An item as the service hands it in; `more` replaces members.
  static std::string item(const std::string& id, const std::string& path,
                          const Json& more = Json::object()) {
    Json made{{"id", id},
              {"service", "chat"},
              {"account", "account-1"},
              {"region", "DE"},
              {"content", {{"kind", "image"}, {"path", path}}}};
    made.update(more);
    return made.dump();
  }

  // What scope-check finds of an item that every technology of the policy may look at.
  gate::ScopeMember admission() const {
    gate::ScopeMember scope;
    scope.at = now;
    scope.rehearsal = true;
    for (const policy::Technology& each : policy.technologies) {
      scope.technologies.push_back(each.name);
      scope.content.insert(each.content.begin(), each.content.end());
    }
    scope.gate = gate->digest();
    scope.run = std::string(kRun);
    return scope;
  }
  std::string scoped(const std::string& line, const gate::ScopeMember& scope) {
    const auto record = ndjson::Record::parse(parser, line);
    REQUIRE(record);
    return record->with(
        "scope", ndjson::seal(gate::to_member(scope), *ndjson::scope_binding(*record), *key));
  }
  // The line with the next stage's member.
  std::string sealed(const std::string& line, std::string_view before, std::string_view name,
                     const Json& member) {
    const auto record = ndjson::Record::parse(parser, line);
    REQUIRE(record);
    const auto mac = record->string(std::string(before) + ".mac");
    return record->with(name, ndjson::seal(json::canonical(member), **mac, *key));
  }
  bool seals_verify(const std::string& line, std::initializer_list<std::string_view> stages) {
    const auto record = ndjson::Record::parse(parser, line);
    REQUIRE(record);
    return ndjson::verify_seals(*record, stages, *key).has_value();
  }

  struct Answer {
    ndjson::Outcome::Kind kind;
    std::string text;
    Json json;  // null where nothing is written
    std::string error() const { return json.at("error").at("code").get<std::string>(); }
  };
  // Hands the lines over one by one, as one batch that is not committed yet.
  std::vector<ndjson::Outcome> process(ndjson::Stage& stage,
                                       const std::vector<std::string>& lines) {
    std::vector<ndjson::Outcome> outcomes;
    stage.begin_batch(lines.size());
    for (const std::string& line : lines) {
      const auto record = ndjson::Record::parse(parser, line);
      REQUIRE(record);
      const ndjson::Placed placed{*record, outcomes.size()};
      outcomes.push_back(record->has("error") ? stage.process_failed(placed, 0)
                                              : stage.process(placed, 0));
    }
    return outcomes;
  }
  static void commit(ndjson::Stage& stage, std::vector<ndjson::Outcome>& outcomes) {
    stage.commit_batch(outcomes);
    const ndjson::GroupWork work = stage.close_group();
    if (work.commit) work.commit();
    if (work.after) work.after();
  }
  std::vector<Answer> run_batch(ndjson::Stage& stage, const std::vector<std::string>& lines) {
    std::vector<ndjson::Outcome> outcomes = process(stage, lines);
    commit(stage, outcomes);
    std::vector<Answer> answers;
    for (const ndjson::Outcome& each : outcomes) {
      answers.push_back(
          {each.kind, each.line, each.line.empty() ? Json() : json::parse(each.line, "line")});
    }
    return answers;
  }

  // Of a run: "side/outcome/reason" -> how many.
  std::map<std::string, std::uint64_t> counts(std::string_view run = kRun) const {
    std::map<std::string, std::uint64_t> sums;
    for (const auto& [count, n] : ledger::run_totals(*ledger, std::string(run)).counts) {
      sums[std::string(to_string(count.side)) + "/" + std::string(to_string(count.outcome)) +
           (count.reason.empty() ? "" : "/" + count.reason)] += n;
    }
    return sums;
  }
  std::vector<Json> events(std::string_view name) const {
    std::vector<Json> found;
    ledger->read(0, [&](const ledger::StoredEntry& entry) {
      if (entry.event == name) found.push_back(json::parse(entry.line, "entry"));
      return true;
    });
    return found;
  }
};

}  // namespace proviso::stage_test
