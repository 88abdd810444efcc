#include "review/viewing.h"

#include <doctest/doctest.h>

#include "place.h"

using namespace proviso;
using namespace proviso::review;

TEST_CASE("the review key opens content and metadata, and the look is recorded with its purpose") {
  Place place;
  const auto id = place.add_case("made-up bytes");
  const View view(*place.store, place.policy, id, place.role.key, {"reporting", "review", 2});
  std::string bytes;
  view.content([&](std::span<const std::byte> part) { bytes += base::as_text(part); });
  CHECK(bytes == "made-up bytes");
  CHECK(view.metadata().at("account") == "an account");
  const auto looks = place.entries(ledger::event::kCaseAccessed);
  REQUIRE(looks.size() == 1);
  CHECK(looks[0].at("purpose") == "reporting");
  CHECK(looks[0].at("person") == 2);
}

TEST_CASE(
    "without the review key, a live purpose and a case nothing opens, and nothing is recorded") {
  Place place;
  const auto id = place.add_case();
  const auto code = [&](const base::CaseId& which, const crypto::PrivateKey& key,
                        const char* purpose) {
    return code_of([&] {
      const View view(*place.store, place.policy, which, key, {purpose, "review", {}});
    });
  };
  CHECK(code(id, place.first.key, "reporting") == base::ExitCode::no_permission);
  CHECK(code(id, place.role.key, "curiosity") == base::ExitCode::usage);
  CHECK(code({"../../x"}, place.role.key, "reporting") == base::ExitCode::no_input);
  CHECK(place.entries(ledger::event::kCaseAccessed).empty());
}

TEST_CASE("a reason is read by the review role alone") {
  Place place;
  place.policy.four_eyes = true;
  const auto id = place.add_case();
  place.decide(id, Verdict::confirm, "reviewer-1", place.first.key, "needle");
  place.decide(id, Verdict::reject, "reviewer-2", place.second.key, "thread");
  CHECK(place.store->decisions(id).at(0).dump().find("needle") == std::string::npos);
  const View view(*place.store, place.policy, id, place.role.key, {"redress", "review", {}});
  const auto decisions = view.decisions();
  REQUIRE(decisions.size() == 2);
  CHECK(decisions[0].reason == "needle");
  CHECK(decisions[1].decision.verdict == Verdict::reject);
}

TEST_CASE("a listing has plain columns only") {
  Place place;
  const auto id = place.add_case();
  const std::string line = listing(*place.store->find(id)).dump();
  CHECK(line.find("\"state\":\"suspected\"") != std::string::npos);
  CHECK(line.find("an account") == std::string::npos);
  CHECK(line.find("item-") == std::string::npos);
  CHECK(line.find("sha256") == std::string::npos);
}
