// A provider with lists, a compiled index and an open gate, and records as hash writes them.
#pragma once

#include <doctest/doctest.h>

#include <fstream>

#include "../stream_workplace.h"
#include "base/bytes.h"
#include "index/builder.h"
#include "index/index.h"
#include "stage/match/match.h"

namespace proviso::stage_test {

inline std::string md5_of(int n) {
  return crypto::sha256_hex("md5 " + std::to_string(n)).substr(0, 32);
}
inline std::string sha256_of(int n) { return crypto::sha256_hex("made up " + std::to_string(n)); }
// A PDQ hash with `bits` of its bits turned.
inline std::string pdq_of(int n, int bits = 0) {
  pdq::Hash hash = pdq::from_hex(crypto::sha256_hex("pdq " + std::to_string(n))).value();
  for (int i = 0; i < bits; ++i)
    hash.words[static_cast<std::size_t>(i % 4)] ^= std::uint64_t{1} << (i * 5 % 64);
  return pdq::to_hex(hash);
}

struct MatchWorkplace : StreamWorkplace {
  // Lists: known (verified): 1, 2; fresh (not verified): 2, 3; good: 9 and, of what is in known, 2.
  MatchWorkplace() {
    policy.index = directory / "index.pvx";
    policy.lists = {{"known", "made up", "known-csam", "nobody", directory / "known.ndjson"},
                    {"fresh", "made up", "known-csam", "", directory / "fresh.ndjson"},
                    {"good", "made up", "known-good", "", directory / "good.ndjson"}};
    put_list("known", {1, 2});
    put_list("fresh", {2, 3});
    put_list("good", {9, 2});
    technology("known-digests", policy::Exact{});
    policy.technologies.erase(policy.technologies.begin());
  }

  policy::Technology& technology(const std::string& name, policy::Method method) {
    policy::Technology made = policy.technologies[0];
    made.name = name;
    made.method = std::move(method);
    made.content = {base::ContentKind::image, base::ContentKind::video};
    made.lists = policy::uses_lists(made.method) ? std::vector<std::string>{"known", "fresh"}
                                                 : std::vector<std::string>();
    if (made.as<policy::Indicators>() != nullptr) made.purpose = policy::Purpose::solicitation;
    policy.technologies.push_back(std::move(made));
    return policy.technologies.back();
  }
  void put_list(const std::string& name, const std::vector<int>& entries) const {
    std::ofstream file(policy.list(name)->path, std::ios::trunc);
    for (const int n : entries) {
      Json line{
          {"id", name + "-" + std::to_string(n)}, {"md5", md5_of(n)}, {"sha256", sha256_of(n)}};
      if (name != "good") line["pdq"] = pdq_of(n);
      file << line.dump() << '\n';
    }
  }
  void build_index() const { index::build(policy.index, policy.lists, nullptr, law, {}); }
  // After policy and lists are as a case wants them.
  void open() {
    build_index();
    StreamWorkplace::open();
  }

  // A record behind hash; `more`: further members of the item.
  std::string hashed(const std::string& id, json::Json hash, const Json& more = Json::object()) {
    gate::ScopeMember scope = admission();
    scope.content = {base::ContentKind::image, base::ContentKind::video};
    if (!hash.contains("kind")) hash["kind"] = "image";
    if (!hash.contains("members") && !hash.contains("bytes")) hash["bytes"] = 1;
    return sealed(scoped(item(id, id + ".jpg", more), scope), "scope", "hash", hash);
  }

  struct Answer {
    ndjson::Outcome::Kind kind;
    Json line;
    const Json& hits() const { return line.at("match").at("hits"); }
  };
  // One batch of one chunk, as run_stream hands it over.
  std::vector<Answer> run(stage::Match& stage, const std::vector<std::string>& lines) {
    std::vector<ndjson::Parser> parsers(lines.size());
    std::vector<ndjson::Record> records;
    std::vector<ndjson::Placed> placed;
    records.reserve(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      auto record = ndjson::Record::parse(parsers[i], lines[i]);
      REQUIRE(record);
      records.push_back(std::move(*record));
      placed.push_back({records.back(), i});
    }
    std::vector<ndjson::Outcome> outcomes(lines.size());
    stage.begin_batch(lines.size());
    stage.process_chunk(placed, outcomes, 0);
    stage.commit_batch(outcomes);
    std::vector<Answer> answers;
    for (const ndjson::Outcome& each : outcomes)
      answers.push_back({each.kind, each.line.empty() ? Json() : json::parse(each.line, "line")});
    return answers;
  }
  std::vector<Answer> run(const std::vector<std::string>& lines,
                          stage::MatchSettings settings = {}) {
    stage::Match stage(*gate, *ledger, std::move(settings));
    auto answers = run(stage, lines);
    stage.finish();
    return answers;
  }
  Answer run_one(const std::string& line, stage::MatchSettings settings = {}) {
    return run(std::vector{line}, std::move(settings)).at(0);
  }
};

inline std::string entries_of(const MatchWorkplace::Answer& answer) {
  std::string out;
  for (const Json& hit : answer.hits())
    out += (out.empty() ? "" : " ") + hit.value("entry", std::string("-"));
  return out;
}

}  // namespace proviso::stage_test
