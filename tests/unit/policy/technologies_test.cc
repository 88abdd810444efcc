#include <doctest/doctest.h>

#include "json/json.h"
#include "policy/drift.h"
#include "policy/schema.h"
#include "provider_files.h"

using namespace proviso;
using policy_test::any_holds;
using policy_test::ProviderFiles;

namespace {

constexpr const char* kIndicators =
    "parameters: {thresholds: {age_difference: 10, child_likely: 1, keywords: 3}, objective: "
    "[child_likely, age_difference]}";
constexpr const char* kDetector =
    "parameters: {threshold: 0.9, detector: \"a detector\", detector_version: \"3.1\"}";

struct Given : ProviderFiles {
  Given& vpdq(const std::string& parameters = "") {
    change(
        "method: pdq",
        "method: vpdq" + (parameters.empty() ? std::string() : "\n    parameters: " + parameters));
    change("content: [image]", "content: [video, image]");
    return *this;
  }
  Given& indicators(const std::string& parameters = kIndicators) {
    change("method: pdq", "method: indicators\n    " + parameters)
        .change("purpose: known-csam", "purpose: solicitation");
    change("content: [image]", "content: [text]").change("    lists: [known]\n", "");
    return *this;
  }
  Given& external(const std::string& parameters = kDetector) {
    change("method: pdq", "method: external\n    " + parameters).change("    lists: [known]\n", "");
    return *this;
  }
};

}  // namespace

TEST_CASE("vpdq: its shares have the reference's defaults and are not both nothing") {
  Given plain;
  const policy::Technology t = plain.vpdq().load().technologies.at(0);
  REQUIRE(t.as<policy::Vpdq>() != nullptr);
  CHECK(t.as<policy::Vpdq>()->query_share == 80);
  CHECK(t.as<policy::Vpdq>()->entry_share == 0);
  CHECK(t.as<policy::Vpdq>()->distance == 31);
  CHECK(t.as<policy::Vpdq>()->quality_floor == 50);
  CHECK(
      policy::parameters_json(t.method) ==
      json::Json{{"distance", 31}, {"quality_floor", 50}, {"query_share", 80}, {"entry_share", 0}});
  Given stated;
  const policy::Technology other =
      stated.vpdq("{query_share: 0, entry_share: 60}").load().technologies.at(0);
  REQUIRE(other.as<policy::Vpdq>() != nullptr);
  CHECK(other.as<policy::Vpdq>()->entry_share == 60);
  for (const char* wrong : {"{query_share: 0}", "{query_share: 101}", "{entry_share: -1}",
                            "{dihedral: true}", "{query_share: 0.5}"}) {
    CAPTURE(wrong);
    Given files;
    CHECK_FALSE(files.vpdq(wrong).findings().empty());
  }
}

TEST_CASE("indicators: thresholds, objective factors and how many must be there together") {
  Given files;
  const policy::Technology t = files.indicators().load().technologies.at(0);
  const auto* const indicators = t.as<policy::Indicators>();
  REQUIRE(indicators != nullptr);
  CHECK(indicators->thresholds.at("age_difference") == 10);
  CHECK(indicators->objective == std::set<std::string>{"age_difference", "child_likely"});
  CHECK(indicators->minimum == 2);
  CHECK(t.lists.empty());
  const std::pair<const char*, const char*> wrong[] = {
      {"parameters: {thresholds: {a: 1, b: 1}}", "objective"},
      {"parameters: {thresholds: {a: 1, b: 1}, objective: []}", "objective"},
      {"parameters: {thresholds: {a: 1, b: 1}, objective: [c]}", "c has no threshold"},
      {"parameters: {thresholds: {a: 0, b: 1}, objective: [b]}", "above 0"},
      {"parameters: {thresholds: {a: inf, b: 1}, objective: [b]}", "above 0"},
      {"parameters: {thresholds: {a: soon, b: 1}, objective: [b]}", "number"},
      {"parameters: {thresholds: {\"a b\": 1, b: 1}, objective: [b]}", "a name has"},
      {"parameters: {thresholds: {a: 1}, objective: [a]}", "can never be there together"},
      {"parameters: {thresholds: {a: 1, b: 1}, objective: [a], minimum: 0}", "between 1"},
      {"parameters: {objective: [a]}", "thresholds"},
      {"parameters: {}", "parameters is empty"},
      {"first_used: 2026-10-01", "parameters"}};
  for (const auto& one : wrong) {
    CAPTURE(one.first);
    Given each;
    CHECK(any_holds(each.indicators(one.first).findings(), one.second));
  }
}

TEST_CASE("indicators are for solicitation alone, and solicitation for indicators alone") {
  Given known;
  CHECK(any_holds(
      known.indicators().change("purpose: solicitation", "purpose: known-csam").findings(),
      "for purpose solicitation alone"));
  Given lists;
  CHECK(any_holds(lists.indicators()
                      .change("content: [text]", "content: [text]\n    lists: [known]")
                      .findings(),
                  "looks nothing up"));
  Given content;
  CHECK(any_holds(content.indicators().change("content: [text]", "content: [image]").findings(),
                  "derived from text"));
  Given external;
  CHECK(any_holds(
      external.external().change("purpose: known-csam", "purpose: solicitation").findings(),
      "cannot look for solicitation"));
}

TEST_CASE("external: a threshold, and which detector in which version") {
  Given files;
  const policy::Technology t = files.external().load().technologies.at(0);
  const auto* const external = t.as<policy::External>();
  REQUIRE(external != nullptr);
  CHECK(external->threshold == 0.9);
  CHECK(external->detector_version == "3.1");
  for (const char* wrong :
       {"parameters: {detector: a, detector_version: b}",
        "parameters: {threshold: 0, detector: a, detector_version: b}",
        "parameters: {threshold: 1.1, detector: a, detector_version: b}",
        "parameters: {threshold: 0.5, detector: a}",
        "parameters: {threshold: nan, detector: a, detector_version: b}", "parameters: {}"}) {
    CAPTURE(wrong);
    Given each;
    CHECK_FALSE(each.external(wrong).findings().empty());
  }
}

TEST_CASE("a method that looks hashes up names its lists") {
  ProviderFiles files;
  CHECK(any_holds(files.change("    lists: [known]\n", "").findings(), "lists"));
}

TEST_CASE("the drift digest changes with each threshold") {
  const auto digest = [](Given& files) {
    const policy::Policy policy = files.load();
    return policy::drift_digest(policy, policy.technologies.at(0));
  };
  Given a, b, c, d, e, f;
  CHECK(digest(a.indicators()) !=
        digest(b.indicators("parameters: {thresholds: {age_difference: 11, child_likely: 1, "
                            "keywords: 3}, objective: [child_likely, age_difference]}")));
  CHECK(digest(c.external()) !=
        digest(d.external(
            "parameters: {threshold: 0.8, detector: \"a detector\", detector_version: \"3.1\"}")));
  CHECK(digest(e.vpdq()) == digest(f.vpdq("{query_share: 80}")));
}
