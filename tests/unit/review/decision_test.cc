#include "review/decision.h"

#include <doctest/doctest.h>

#include "place.h"

using namespace proviso;
using namespace proviso::review;

TEST_CASE("a confirmed case ends after the policy's period from its identification") {
  Place place;
  const auto id = place.add_case("content", instant("2026-11-20T09:00:00Z"));
  const Outcome outcome = place.decide(id, Verdict::confirm, "reviewer-1", place.first.key);
  CHECK(outcome.state == vault::State::confirmed);
  CHECK(base::to_string(*outcome.expires_at) == "2027-05-20T09:00:00Z");
  CHECK(place.store->find(id)->state == vault::State::confirmed);
  CHECK(place.confirmed(id));
}

TEST_CASE("the law's ceiling cuts the policy's period") {
  Place place;
  place.policy.retention_confirmed = *base::parse_period("P5Y");
  const auto id = place.add_case();
  CHECK(base::to_string(
            *place.decide(id, Verdict::confirm_as_new, "reviewer-1", place.first.key).expires_at) ==
        "2027-11-24T10:00:00Z");
  CHECK(place.store->find(id)->state == vault::State::confirmed_as_new);
  CHECK(place.store->find(id)->expiry_rule == vault::ExpiryRule::law);
}

TEST_CASE("a rejected case is purged at once, its decision with it") {
  Place place;
  const auto id = place.add_case();
  CHECK(place.decide(id, Verdict::reject, "reviewer-1", place.first.key).state ==
        vault::State::purged);
  CHECK_FALSE(place.store->find(id));
  CHECK(place.store->decisions(id).empty());
  CHECK(std::filesystem::is_empty(place.directory / "vault" / "blobs"));
  CHECK(place.entries(ledger::event::kCasePurged).size() == 1);
}

TEST_CASE("the ledger gets the verdict and the reviewer's number, and no word of the reason") {
  Place place;
  place.decide(place.add_case(), Verdict::confirm, "reviewer-2", place.second.key, "needle");
  const auto entries = place.entries(ledger::event::kCaseDecided);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].at("decision") == "confirm");
  CHECK(entries[0].at("reviewer") == 2);
  CHECK(entries[0].at("verdicts") == json::Json{{{"reviewer", 2}, {"decision", "confirm"}}});
  CHECK(entries[0].at("technology") == "known-pdq");
  CHECK(entries[0].dump().find("needle") == std::string::npos);
  CHECK(entries[0].dump().find("reviewer-2") == std::string::npos);
}

TEST_CASE("only a reviewer with a valid certificate and the key of it decides") {
  Place place;
  const auto id = place.add_case();
  const auto code = [&](const char* person, const crypto::PrivateKey& key) {
    return code_of([&] { place.decide(id, Verdict::confirm, person, key); });
  };
  CHECK(code("reviewer-1", place.second.key) == base::ExitCode::no_permission);
  CHECK(code("dpo-1", place.officer.key) == base::ExitCode::no_permission);
  CHECK(code("nobody", place.first.key) == base::ExitCode::no_permission);
  CHECK(code("late", place.late.key) == base::ExitCode::no_permission);
  CHECK(place.store->decisions(id).empty());
  CHECK(place.store->find(id)->state == vault::State::suspected);
}

TEST_CASE("a decision needs a reason of some length, and a case that waits for one") {
  Place place;
  const auto id = place.add_case();
  const auto code = [&](const std::string& reason) {
    return code_of(
        [&] { place.decide(id, Verdict::confirm, "reviewer-1", place.first.key, reason.c_str()); });
  };
  CHECK(code("") == base::ExitCode::usage);
  CHECK(code(std::string(kMaxReasonBytes + 1, 'x')) == base::ExitCode::usage);
  CHECK(code("\xC0\x80") == base::ExitCode::usage);
  CHECK(code("enough") == base::ExitCode::ok);
  CHECK(code("once more") == base::ExitCode::usage);
  CHECK(code_of([&] { place.decide({"00"}, Verdict::confirm, "reviewer-1", place.first.key); }) ==
        base::ExitCode::no_input);
}

TEST_CASE("with four eyes two reviewers must say the same") {
  Place place;
  place.policy.four_eyes = true;
  const auto id = place.add_case();
  CHECK(place.decide(id, Verdict::confirm, "reviewer-1", place.first.key).waits_for_second);
  CHECK(place.decide(id, Verdict::confirm, "reviewer-1", place.first.key)
            .waits_for_second);  // the same one twice is one
  CHECK(place.entries(ledger::event::kCaseDecided).empty());
  const Outcome other = place.decide(id, Verdict::reject, "reviewer-2", place.second.key);
  CHECK(other.waits_for_second);
  CHECK(other.disagreement);
  CHECK(place.store->find(id)->state == vault::State::suspected);
  CHECK_FALSE(place.confirmed(id));
  base::set_clock(instant("2026-11-24T10:05:00Z"));
  CHECK(place.decide(id, Verdict::confirm, "reviewer-2", place.second.key).state ==
        vault::State::confirmed);
  CHECK(place.confirmed(id));
  const auto entries = place.entries(ledger::event::kCaseDecided);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].at("reviewers") == json::Json({1, 2}));
  CHECK(entries[0].at("verdicts") == json::Json{{{"reviewer", 1}, {"decision", "confirm"}},
                                                {{"reviewer", 2}, {"decision", "confirm"}}});
}

TEST_CASE("with four eyes one reviewer alone rejects nothing") {
  Place place;
  place.policy.four_eyes = true;
  const auto id = place.add_case();
  CHECK(place.decide(id, Verdict::reject, "reviewer-1", place.first.key).waits_for_second);
  CHECK(place.store->find(id)->state == vault::State::suspected);
  CHECK(place.decide(id, Verdict::reject, "reviewer-2", place.second.key).state ==
        vault::State::purged);
}

TEST_CASE("one certificate under two names is one reviewer") {
  Place place;
  place.policy.four_eyes = true;
  place.policy.people[1].certificate = place.policy.people[0].certificate;
  const auto id = place.add_case();
  place.decide(id, Verdict::confirm, "reviewer-1", place.first.key);
  CHECK(place.decide(id, Verdict::confirm, "reviewer-2", place.first.key).waits_for_second);
}

TEST_CASE("a confirmation counts only while its signature and its signer do") {
  Place place;
  const auto id = place.add_case();
  place.decide(id, Verdict::confirm, "reviewer-1", place.first.key);
  REQUIRE(place.confirmed(id));

  SUBCASE("the reviewer left") { place.policy.people.erase(place.policy.people.begin()); }
  SUBCASE("four eyes are asked for since") { place.policy.four_eyes = true; }
  SUBCASE("the record was changed") {
    place.tamper(
        "UPDATE decisions SET decision = replace(decision, '\"reviewer\":1', '\"reviewer\":2')");
  }
  SUBCASE("the record is no object") { place.tamper("UPDATE decisions SET decision = '[]'"); }
  SUBCASE("the record has other types") {
    place.tamper("UPDATE decisions SET decision = '{\"statement\":1,\"signature\":{}}'");
  }
  SUBCASE("the content was swapped") { place.tamper("UPDATE cases SET blob_sha256 = '00'"); }
  SUBCASE("the state was set by hand") { place.tamper("DELETE FROM decisions"); }
  SUBCASE("the verdict was another one") {
    place.tamper("UPDATE cases SET state = 'confirmed-as-new'");
  }
  CHECK_FALSE(place.confirmed(id));
}

TEST_CASE("people may change their places in the policy") {
  Place place;
  const auto id = place.add_case();
  place.decide(id, Verdict::confirm, "reviewer-1", place.first.key);
  std::swap(place.policy.people[0], place.policy.people[1]);
  CHECK(place.confirmed(id));
}

TEST_CASE("a planted or swapped case is not signed") {
  Place place;
  const auto id = place.add_case();
  place.tamper("UPDATE cases SET envelope_sha256 = '" + std::string(64, '0') + "'");
  CHECK(code_of([&] { place.decide(id, Verdict::confirm, "reviewer-1", place.first.key); }) ==
        base::ExitCode::data);
  CHECK(place.store->decisions(id).empty());
}

TEST_CASE("a signature covers the evidence; a statement that does not name it verifies as before") {
  Place place;
  const auto id = place.add_case("content", base::now(), "evidence");
  vault::CaseRow row = *place.store->find(id);
  REQUIRE_FALSE(row.evidence_sha256.empty());
  const Decision decision{id, Verdict::confirm, "reviewer-1", "a made-up reason", base::now()};
  const json::Json kept = sign(decision, row, place.policy, place.first.key);
  CHECK(kept.at("statement").at("evidence_sha256") == row.evidence_sha256);
  CHECK(check(kept, row, place.policy));
  vault::CaseRow without = row;
  without.evidence_sha256.clear();
  const json::Json old = sign(decision, without, place.policy, place.first.key);
  CHECK_FALSE(old.at("statement").contains("evidence_sha256"));
  CHECK(check(old, row, place.policy));
  row.evidence_sha256 = std::string(64, '0');
  CHECK_FALSE(check(kept, row, place.policy));
  CHECK_FALSE(check(kept, without, place.policy));
}

TEST_CASE("a case whose evidence was exchanged is not signed") {
  Place place;
  const auto id = place.add_case("content", base::now(), "evidence");
  const auto file = place.directory / "vault" / "blobs" / place.store->find(id)->evidence_blob;
  std::ofstream(file, std::ios::binary) << "another";
  CHECK(code_of([&] { place.decide(id, Verdict::confirm, "reviewer-1", place.first.key); }) ==
        base::ExitCode::data);
  CHECK(place.store->decisions(id).empty());
}

TEST_CASE("an old verdict put behind a newer one does not win") {
  Place place;
  place.policy.four_eyes = true;
  const auto id = place.add_case();
  place.decide(id, Verdict::confirm, "reviewer-1", place.first.key);
  base::set_clock(instant("2026-11-24T11:00:00Z"));
  place.decide(id, Verdict::reject, "reviewer-1", place.first.key);
  place.tamper(
      "INSERT INTO decisions(case_id, decision) SELECT case_id, decision FROM decisions ORDER BY "
      "seq LIMIT 1");
  const auto standing = standing_decisions(*place.store, *place.store->find(id), place.policy);
  REQUIRE(standing.size() == 1);
  CHECK(standing[0].verdict == Verdict::reject);
}
