#include "ndjson/schema.h"

#include <doctest/doctest.h>

#include "json/json.h"

using namespace proviso;

TEST_CASE("each record has a schema of JSON Schema 2020-12 that carries what it refers to") {
  for (const char* name : {"item", "scope", "hash", "match", "retain"}) {
    CAPTURE(name);
    const auto text = ndjson::schema(name);
    REQUIRE(text);
    const auto schema = json::parse(*text, name);
    CHECK(schema.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
    CHECK(schema.at("properties").is_object());
  }
  const auto match = json::parse(*ndjson::schema("match"), "match");
  CHECK(json::parse(*ndjson::schema("retain"), "retain").at("$defs").contains("item"));
  for (const char* bundled : {"item", "scope", "hash"}) {
    CHECK(match.at("$defs").at(bundled).at("$id") ==
          "https://proviso.example/schema/" + std::string(bundled) + ".json");
  }
}

TEST_CASE("there is no schema of another name") { CHECK_FALSE(ndjson::schema("../item")); }
