#include "report/case_report.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "crypto/cms.h"
#include "ledger/facts.h"
#include "rehearsal_place.h"
#include "report/package.h"

using namespace proviso;
using report::Place;

namespace {

const std::string kContent("\xff\xd8\xff\xe0\x00\x10JFIF\x00 made-up content", 28);

report::CaseReportRequest request(const Place& place, const base::CaseId& id) {
  return {id,
          "example-hotline",
          (place.directory / "review.key").native(),
          place.directory / "case.p7m",
          {}};
}

// The rules of every refusal, or "" when it went through.
std::string rules_of_refusal(Place& place, const report::CaseReportRequest& wanted,
                             bool reviewed = true) {
  try {
    report::report_case(
        *place.store, place.policy, place.law, wanted, [&](auto&, const auto&) { return reviewed; },
        base::now());
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::no_permission);
    CHECK_FALSE(std::filesystem::exists(wanted.output));
    std::string rules;
    for (const auto& finding : error.findings()) {
      CHECK(finding.what.find('(') == 6);  // the citation follows the rule
      rules += finding.what.substr(0, 5) + " ";
    }
    return rules;
  }
  return "";
}

base::CaseId confirmed_case(Place& place) {
  const auto id = place.add_case("1", kContent, "known-digests", false);
  place.decide(id, vault::State::confirmed, ledger::Verdict::confirm);
  return id;
}

bool run(const Place& place, const std::string& command) {
  return std::system(("cd '" + place.directory.native() + "' && { " + command + "; } >>log 2>&1")
                         .c_str()) == 0;
}

}  // namespace

TEST_CASE("the openssl and unzip programs open a package, and nobody else's key does") {
  Place place;
  const auto id = confirmed_case(place);
  const auto reported = report::report_case(
      *place.store, place.policy, place.law, request(place, id),
      [](auto&, const auto&) { return true; }, base::now());
  CHECK(reported.purpose == "reporting");
  CHECK(crypto::sha256_hex(base::read_file(place.directory / "case.p7m")) ==
        reported.package_sha256);
  CHECK_FALSE(run(place,
                  "openssl cms -decrypt -inform DER -in case.p7m -inkey review.key -recip "
                  "review.crt -out wrong.signed"));
  REQUIRE(run(place,
              "openssl cms -decrypt -inform DER -in case.p7m -inkey hotline.key -recip hotline.crt "
              "-out case.signed"));
  REQUIRE(run(place,
              "openssl cms -verify -inform DER -in case.signed -CAfile packages.crt -purpose any "
              "-out case.zip"));
  CHECK_FALSE(run(place,
                  "openssl cms -verify -inform DER -in case.signed -CAfile review.crt -purpose any "
                  "-out other.zip"));
  REQUIRE(run(place, "unzip -q case.zip -d package && cd package && sha256sum -c SHA256SUMS"));
  CHECK(base::read_file(place.directory / "package" / "content.jpeg") == kContent);
  const auto manifest =
      json::parse(base::read_file(place.directory / "package" / "manifest.json"), "manifest");
  CHECK(manifest["case"] == id.value);
  CHECK(manifest["mode"] == "rehearsal");
  CHECK(manifest["mark"].get<std::string>().find("REHEARSAL") == 0);
  CHECK(manifest["recipient"]["id"] == "example-hotline");
}

TEST_CASE(
    "a reported case is `reported`, the ledger knows recipient and digest and no person, and it is "
    "not reported twice") {
  Place place;
  const auto id = confirmed_case(place);
  const auto wanted = request(place, id);
  const auto reported = report::report_case(
      *place.store, place.policy, place.law, wanted, [](auto&, const auto&) { return true; },
      base::now());
  CHECK(place.store->find(id)->state == vault::State::reported);
  const auto last = place.ledger->last();
  REQUIRE(last);
  const auto fact = ledger::read<ledger::CaseReported>(*last);
  REQUIRE(fact);
  CHECK(fact->organisation == "example-hotline");
  CHECK(fact->package_sha256 == reported.package_sha256);
  CHECK(fact->material_class == base::MaterialClass::known);
  CHECK(last->line.find("account") == std::string::npos);
  auto again = wanted;
  again.output = place.directory / "again.p7m";
  CHECK(rules_of_refusal(place, again) == "CR-01 ");
}

TEST_CASE("metadata that no evidence field names stays behind") {
  Place place;
  const json::Json metadata = {{"id", "m-1"},
                               {"account", "a"},
                               {"hits", json::Json::array()},
                               {"secret", "x"},
                               {"identified_at", "t"}};
  CHECK(report::minimised(metadata, place.policy) ==
        json::Json({{"hits", json::Json::array()}, {"identified_at", "t"}}));
  place.policy.evidence_fields = {{"account", "the account that sent it"}};
  CHECK(report::minimised(metadata, place.policy).contains("account"));
}

TEST_CASE("CR-02: only to a body that is registered that day") {
  Place place;
  const auto id = confirmed_case(place);
  auto wanted = request(place, id);
  wanted.organisation = "somebody-else";
  CHECK(rules_of_refusal(place, wanted) == "CR-02 ");
  wanted.organisation = "example-hotline";
  place.policy.organisations[0].from = {2026, 11, 25};
  CHECK(rules_of_refusal(place, wanted) == "CR-02 ");
  place.policy.organisations[0].from = {2026, 1, 1};
  place.policy.organisations[0].to = base::Date{2026, 11, 23};
  CHECK(rules_of_refusal(place, wanted) == "CR-02 ");
  place.policy.organisations[0].to = base::Date{2026, 11, 24};
  CHECK(rules_of_refusal(place, wanted).empty());
}

TEST_CASE("CR-02: under a text with a public register the body must be marked as on it") {
  Place place({law::load("libe-2020")});
  const auto id = confirmed_case(place);
  CHECK(rules_of_refusal(place, request(place, id)) == "CR-02 ");
  place.policy.organisations[0].public_register = true;
  CHECK(rules_of_refusal(place, request(place, id)).empty());
}

TEST_CASE(
    "CR-03 and CR-04: a request comes from an authority, and a transfer outside the EEA has its "
    "ground") {
  Place place;
  const auto id = confirmed_case(place);
  auto wanted = request(place, id);
  wanted.authority_request = {"Az. 1", "Code of Criminal Procedure"};
  CHECK(rules_of_refusal(place, wanted) == "CR-03 ");
  place.policy.organisations[0].authority = true;
  place.policy.organisations[0].country = "US";
  CHECK(rules_of_refusal(place, wanted) == "CR-04 ");
  place.policy.organisations[0].transfer_ground = "Art. 49(1)(d)";
  const auto reported = report::report_case(
      *place.store, place.policy, place.law, wanted, [](auto&, const auto&) { return true; },
      base::now());
  CHECK(reported.purpose == "authority-requests");
  const auto entry = place.ledger->last();
  CHECK(ledger::read<ledger::CaseReported>(*entry)->basis == "Code of Criminal Procedure");
  CHECK(entry->line.find("Az. 1") == std::string::npos);
}

TEST_CASE(
    "HU-03: what is not previously identified needs a confirmation whose signature is valid") {
  Place place;
  const auto unseen = place.add_case("2", kContent, "known-pdq", false);
  CHECK(rules_of_refusal(place, request(place, unseen), false) == "HU-03 ");
  const auto confirmed = confirmed_case(place);
  CHECK(rules_of_refusal(place, request(place, confirmed), false).find("HU-03") == 0);
}

TEST_CASE(
    "previously identified material may go unseen, unless the policy or a stricter text wants "
    "every hit seen") {
  Place place;
  place.policy.review_all = true;
  const auto id = place.add_case("2", kContent);
  CHECK(rules_of_refusal(place, request(place, id), false) == "HU-03 ");
  place.policy.review_all = false;
  CHECK(rules_of_refusal(place, request(place, id), false).empty());
  Place strict({law::load("libe-2020")});
  strict.policy.organisations[0].public_register = true;
  CHECK(rules_of_refusal(strict, request(strict, strict.add_case("2", kContent)), false) ==
        "HU-02 ");
}

TEST_CASE(
    "ST-02: a case past its end awaits purge, not a recipient; every refusal is told at once") {
  Place place;
  const auto id = place.add_case("2", kContent, "known-pdq", false);
  auto wanted = request(place, id);
  wanted.organisation = "somebody-else";
  base::set_clock(report::instant("2026-12-24T10:00:00Z"));
  CHECK(rules_of_refusal(place, wanted, false) == "CR-02 ST-02 HU-03 ");
}

TEST_CASE(
    "a key that is not the review role's opens nothing, an existing file is not replaced, and the "
    "case stays") {
  Place place;
  const auto id = confirmed_case(place);
  auto wanted = request(place, id);
  wanted.open_key = (place.directory / "hotline.key").native();
  CHECK_THROWS_AS(report::report_case(
                      *place.store, place.policy, place.law, wanted,
                      [](auto&, const auto&) { return true; }, base::now()),
                  base::Error);
  wanted = request(place, id);
  base::write_new_file(wanted.output, "mine");
  CHECK_THROWS_AS(report::report_case(
                      *place.store, place.policy, place.law, wanted,
                      [](auto&, const auto&) { return true; }, base::now()),
                  base::Error);
  CHECK(base::read_file(wanted.output) == "mine");
  CHECK(place.store->find(id)->state == vault::State::confirmed);
}

TEST_CASE("the same files make the same zip") {
  const base::Bytes bytes(1000, std::byte{7});
  const std::vector<report::PackageFile> files = {{"a", bytes}, {"b", {}}};
  CHECK(report::zip(files, base::Instant{1790000000}) ==
        report::zip(files, base::Instant{1790000000}));
}
