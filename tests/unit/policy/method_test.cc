#include "policy/method.h"

#include <doctest/doctest.h>

#include "manual.h"
#include "policy/drift.h"

using namespace proviso;
using json::Json;

namespace {

// What the schema says of the parameters of a method.
Json schema_of(std::string_view method) {
  const Json technology =
      json::parse(policy::schema(), "schema").at("properties").at("technologies").at("items");
  for (const Json& rule : technology.at("allOf")) {
    const Json& when = rule.at("if").at("properties").at("method");
    if (when.contains("const") && when.at("const") == method)
      return rule.at("then").at("properties").at("parameters").at("properties");
  }
  return {};
}

}  // namespace

TEST_CASE("the schema and the manual name the methods") {
  CHECK(policy_test::choices("/properties/technologies/items/properties/method/enum") ==
        base::words_of(policy::methods()));
  const std::string page = policy_test::manual("proviso-policy.5");
  for (const policy::MethodRow& row : policy::methods()) {
    CAPTURE(std::string(row.word));
    CHECK(policy_test::names(page, row.word));
    CHECK(policy::to_string(row.value) == row.word);
    REQUIRE(policy::parse_method(row.word).has_value());
    CHECK(policy::parse_method(row.word)->index() == row.value.index());
  }
  CHECK_FALSE(policy::parse_method("pHash").has_value());
}

TEST_CASE("the schema has the parameters of each method, with their ranges and defaults") {
  for (const policy::MethodRow& row : policy::methods()) {
    CAPTURE(std::string(row.word));
    const Json schema = schema_of(row.word);
    const Json parameters = policy::parameters_json(row.value);
    for (const auto& parameter : parameters.items()) {
      CAPTURE(parameter.key());
      REQUIRE(schema.contains(parameter.key()));
      const Json& said = schema.at(parameter.key());
      if (said.contains("default")) CHECK(said.at("default") == parameter.value());
    }
  }
  for (const char* method : {"pdq", "vpdq"}) {
    CHECK(schema_of(method).at("distance").at("maximum") == policy::kMaxDistance);
    CHECK(schema_of(method).at("quality_floor").at("maximum") == policy::kMaxQuality);
  }
  CHECK(schema_of("vpdq").at("query_share").at("maximum") == policy::kMaxShare);
  CHECK(schema_of("vpdq").at("entry_share").at("maximum") == policy::kMaxShare);
  CHECK(schema_of("indicators").at("minimum").at("maximum") == policy::kMaxFactors);
  CHECK(schema_of("indicators").at("thresholds").at("maxProperties") == policy::kMaxFactors);
  CHECK(schema_of("indicators").at("thresholds").at("additionalProperties").at("maximum") ==
        policy::kMaxFactorThreshold);
  CHECK(schema_of("exact").at("digests").at("items").at("enum") == Json{"md5", "sha1", "sha256"});
  CHECK(base::words_of(policy::kDigestTypes) == "md5, sha1, sha256");
}

TEST_CASE("parameters are written with their defaults, and flags only when they are set") {
  CHECK(policy::parameters_json(policy::Exact{}) == Json{{"digests", {"md5", "sha1", "sha256"}}});
  CHECK(policy::parameters_json(policy::Pdq{}) == Json{{"distance", 31}, {"quality_floor", 50}});
  CHECK(policy::parameters_json(policy::Pdq{.distance = 20, .unletterbox = true}) ==
        Json{{"distance", 20}, {"quality_floor", 50}, {"unletterbox", true}});
  CHECK(policy::parameters_json(policy::Vpdq{}) ==
        Json{{"distance", 31}, {"quality_floor", 50}, {"query_share", 80}, {"entry_share", 0}});
  CHECK(policy::parameters_json(
            policy::Indicators{.thresholds = {{"b", 2}, {"a", 0.5}}, .objective = {"b", "a"}}) ==
        Json{{"thresholds", {{"a", 0.5}, {"b", 2.0}}}, {"objective", {"a", "b"}}, {"minimum", 2}});
  CHECK(policy::parameters_json(
            policy::External{.threshold = 0.9, .detector = "d", .detector_version = "1"}) ==
        Json{{"threshold", 0.9}, {"detector", "d"}, {"detector_version", "1"}});
}

TEST_CASE("what a method may look at, and whether it looks it up") {
  using base::ContentKind;
  const auto kinds = [](const policy::Method& method) {
    std::string out;
    for (const ContentKind kind : {ContentKind::image, ContentKind::video, ContentKind::text,
                                   ContentKind::audio, ContentKind::file}) {
      if (policy::takes_kind(method, kind))
        out += (out.empty() ? "" : " ") + std::string(base::to_string(kind));
    }
    return out;
  };
  CHECK(kinds(policy::Exact{}) == "image video text audio file");
  CHECK(kinds(policy::Pdq{}) == "image video");
  CHECK(kinds(policy::Vpdq{}) == "image video");
  CHECK(kinds(policy::Indicators{}) == "text");
  CHECK(kinds(policy::External{}) == "image video file");
  for (const policy::MethodRow& row : policy::methods())
    CHECK(policy::uses_lists(row.value) != policy::needs_parameters(row.value));
}
