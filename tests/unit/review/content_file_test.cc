#include "review/content_file.h"

#include <doctest/doctest.h>

#include "place.h"
#include "review/case_listing.h"

using namespace proviso;
using namespace proviso::review;

TEST_CASE("the file of a look is new, holds the content, and is gone when it was not written") {
  Place place;
  const auto id = place.add_case("made-up bytes");
  const auto name = (place.directory / "content").string();
  {
    const ContentFile file(name);
    CHECK(std::filesystem::exists(name));
  }
  CHECK_FALSE(std::filesystem::exists(name));
  {
    const View view(*place.store, place.policy, id, place.role.key, {"reporting", "review", 2});
    ContentFile(name).write(view, true);
  }
  CHECK(base::read_file(name) == "made-up bytes");
  CHECK(code_of([&] { const ContentFile again(name); }) == base::ExitCode::cannot_create);
  CHECK(base::read_file(name) == "made-up bytes");
}

TEST_CASE("cases are listed by state, as a table with a head or as NDJSON") {
  Place place;
  const auto id = place.add_case();
  std::vector<std::string> lines;
  const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  CHECK(list_cases(*place.store, "", true, keep) == 1);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("CASE  ") == 0);
  CHECK(lines[1].find(id.value) == 0);
  lines.clear();
  CHECK(list_cases(*place.store, "suspected", false, keep) == 1);
  CHECK(json::parse(lines.at(0), "a line").at("case") == id.value);
  CHECK(list_cases(*place.store, "reported", false, keep) == 0);
}

TEST_CASE("what a decision led to is one sentence") {
  Outcome outcome;
  outcome.state = vault::State::purged;
  CHECK(summary_of(outcome, "c") == "case c: rejected and purged");
  outcome.state = vault::State::confirmed;
  outcome.expires_at = base::parse_instant("2027-11-24T10:00:00Z");
  CHECK(summary_of(outcome, "c") == "case c: confirmed, ends on 2027-11-24T10:00:00Z");
  outcome.waits_for_second = true;
  CHECK(summary_of(outcome, "c").find("case c: one more reviewer must say the same, it stays") ==
        0);
}
