#include "report/figures.h"

#include <doctest/doctest.h>

#include "rehearsal_place.h"
#include "report/form.h"
#include "report/render.h"

using namespace proviso;
using report::Place;

namespace {

report::AnnualReport annual(Place& place, int year = 2026, const std::string& service = {}) {
  return report::make_annual(report::load_form(report::kStandardForm), *place.ledger, place.policy,
                             place.law, year, service);
}

const report::Figure& row(const report::AnnualReport& report, std::string_view id) {
  for (const report::Figure& figure : report.figures) {
    if (figure.row.id == id) return figure;
  }
  FAIL("no row " << id);
  return report.figures.front();
}

using ledger::CountOutcome, ledger::CountSide;

ledger::CountRow counted(CountSide side, CountOutcome outcome, const char* region, const char* kind,
                         std::uint64_t n, const char* service = "chat") {
  ledger::CountKey key;
  key.side = side;
  key.outcome = outcome;
  key.region = region;
  key.kind = kind;
  key.service = service;
  return {key, n, 0};
}

ledger::CountRow out(CountOutcome outcome, const char* region, const char* kind, std::uint64_t n,
                     const char* service = "chat") {
  return counted(CountSide::out, outcome, region, kind, n, service);
}

}  // namespace

TEST_CASE("volumes are counted by kind and by region, of items that were digested alone") {
  Place place;
  place.count(
      "retain",
      {out(CountOutcome::erased, "DE", "image", 5), out(CountOutcome::stored, "EU", "image", 2),
       out(CountOutcome::erased, "US", "image", 3), out(CountOutcome::error, "DE", "image", 11),
       out(CountOutcome::content_gone, "DE", "image", 13),
       out(CountOutcome::erased, "FR", "video", 1), out(CountOutcome::erased, "NO", "file", 4)});
  place.count("scope-check", {counted(CountSide::in, CountOutcome::admitted, "DE", "", 40)});
  const auto report = annual(place);
  CHECK(row(report, "1.1").value == "chat");
  CHECK(row(report, "1.3").value == "yes");
  CHECK(row(report, "1.4").value == 7);
  CHECK(row(report, "1.5").value == 3);
  CHECK(row(report, "1.6").value == 1);
  CHECK(row(report, "1.7").value == 0);
  CHECK(row(report, "1.9").value == 4);
  CHECK(row(report, "1.12")
            .value.get<std::string>()
            .find("not processed for an error: 11; content gone: 13") != std::string::npos);
  CHECK(row(report, "1.4").query.find("kind=image, region in the Union") != std::string::npos);
}

TEST_CASE("counts belong to the year of their hour, and to their service") {
  Place place;
  place.count("retain", {out(CountOutcome::erased, "DE", "image", 1)}, "2025-12-31T23:00:00Z");
  place.count("retain", {out(CountOutcome::erased, "DE", "image", 2)}, "2026-01-01T00:00:00Z");
  place.count("retain", {out(CountOutcome::erased, "DE", "image", 4, "mail")},
              "2026-06-01T00:00:00Z");
  CHECK(row(annual(place, 2025), "1.4").value == 1);
  CHECK(row(annual(place, 2026), "1.4").value == 6);
  CHECK(row(annual(place, 2026, "chat"), "1.4").value == 2);
  CHECK_THROWS_AS(annual(place, 2026, "mail"), base::Error);
}

TEST_CASE("the error rate is B over A for each technology, and 0 of 0 is no rate") {
  Place place;
  CHECK(row(annual(place), "6.A1").value == 0);
  CHECK(row(annual(place), "6.R1").value == "n/a");
  CHECK(row(annual(place), "6.R1").note == "0 flagged");
  place.add_case("1", "a");
  const auto second = place.add_case("2", "b");
  const auto third = place.add_case("3", "c", "known-pdq");
  place.add_case("4", "d", "known-pdq");
  place.decide(second, vault::State::confirmed, ledger::Verdict::confirm);
  place.decide(third, vault::State::rejected, ledger::Verdict::reject);
  const auto report = annual(place);
  CHECK(row(report, "6.A1").value == 4);
  CHECK(row(report, "6.B1").value == 1);
  CHECK(row(report, "6.C1").value == 2);
  CHECK(row(report, "6.R1").value == 25.0);
  CHECK(row(report, "6.R1").unit == "%");
  const auto& rates = row(report, "6.R1").by_technology;
  REQUIRE(rates.size() == 2);
  CHECK(rates[0] == std::pair<std::string, json::Json>("known-digests", 0.0));
  CHECK(rates[1] == std::pair<std::string, json::Json>("known-pdq", 50.0));
  CHECK(row(report, "6.A2").value == 0);
  CHECK(row(annual(place, 2025), "6.A1").value == 0);
}

TEST_CASE("known material that is confirmed as new is an error of the known kind") {
  Place place;
  place.decide(place.add_case("1", "a"), vault::State::confirmed_as_new,
               ledger::Verdict::confirm_as_new);
  CHECK(row(annual(place), "6.B1").value == 1);
}

TEST_CASE("reports are counted by class and kind, recipients by name") {
  Place place;
  const auto id = place.add_case("1", "a");
  place.decide(id, vault::State::confirmed, ledger::Verdict::confirm);
  ledger::CaseReported fact;
  fact.id = id;
  fact.organisation = "example-hotline";
  fact.material_class = base::MaterialClass::known;
  place.store->move(id, vault::State::reported, to_entry(fact, "report"));
  const auto report = annual(place);
  CHECK(row(report, "4.K1").value == 1);
  CHECK(row(report, "4.K2").value == 1);
  CHECK(row(report, "4.K3").value == 0);
  CHECK(row(report, "4.N1").value == 0);
  CHECK(row(report, "4.K5").value == "n/a");
  CHECK(row(report, "4.N5").value == 0);
  CHECK(row(report, "9.1").value == "no");
  CHECK(row(report, "9.3").value == "Example Hotline (1)");
}

TEST_CASE("row 7.K1 tells the last check of the hash lists, with the policy's text beside it") {
  Place place;
  const auto checked = [&](std::uint64_t duplicates) {
    place.ledger->append(
        to_entry(ledger::IndexChecked{2, 0, 40, {{"duplicate", duplicates}}}, "index"));
  };
  CHECK(row(annual(place), "7.K1").value == "n/a");
  checked(7);
  checked(3);
  CHECK(row(annual(place), "7.K1").value ==
        "2 checks; the last on 2026-11-24: 2 lists, 40 entries, 0 lists not read; duplicate: 3");
  CHECK(row(annual(place), "7.K1").source == "ledger");
  CHECK(row(annual(place, 2025), "7.K1").value == "n/a");
  place.policy.report_texts = {{"7.K1", "weekly checks"}};
  CHECK(row(annual(place), "7.K1").note == "weekly checks");
  CHECK(row(annual(place, 2025), "7.K1").value == "weekly checks");
}

TEST_CASE("a text of the policy answers what the ledger cannot, and never replaces a count") {
  Place place;
  place.policy.report_texts = {{"7.K1", "weekly checks"}, {"1.4", "a remark"}, {"5.K.C2", "3"}};
  const auto report = annual(place);
  CHECK(row(report, "7.K1").value == "weekly checks");
  CHECK(row(report, "7.K1").source == "policy");
  CHECK(row(report, "5.K.C2").value == "3");
  CHECK(row(report, "1.4").value == 0);
  CHECK(row(report, "1.4").note == "a remark");
  CHECK(row(report, "7.K2").value == "n/a");
  CHECK_FALSE(row(report, "7.K2").note.empty());
  CHECK(row(report, "2.1").value == "Art. 6(1)(d)");
}

TEST_CASE("every row is answered or says why not, and every figure has its query") {
  Place place;
  for (const report::Figure& figure : annual(place).figures) {
    CAPTURE(figure.row.id);
    CHECK((figure.answered() || !figure.note.empty()));
    CHECK((!figure.answered() || !figure.query.empty()));
  }
}

TEST_CASE("what is unaccounted, and the bound after unclean stops, are stated") {
  Place place;
  place.count("scope-check", {counted(CountSide::in, CountOutcome::admitted, "", "", 10)});
  place.count("retain",
              {out(CountOutcome::erased, "DE", "image", 7),
               counted(CountSide::dropped, CountOutcome::refused, "", "", 1, "")},
              "2026-11-24T09:00:00Z", "00000000000000000000000000000001", true);
  const auto notes = annual(place).notes;
  const auto has = [&](std::string_view text) {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      return note.find(text) != std::string::npos;
    });
  };
  CHECK(has("2 items were let in and have no outcome"));
  CHECK(has("1 unclean stops: volumes may be high by at most 1024 items"));
}

TEST_CASE("the bound after unclean stops is one group of each tool that died") {
  Place place;
  for (const char* tool : {"scope-check", "retain"}) {
    place.count(tool, {counted(CountSide::dropped, CountOutcome::refused, "", "", 1)},
                "2026-11-24T09:00:00Z", "00000000000000000000000000000001", true);
  }
  const auto notes = annual(place).notes;
  const auto has = [&](std::string_view text) {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      return note.find(text) != std::string::npos;
    });
  };
  CHECK(has("2 unclean stops: volumes may be high by at most 17408 items"));
}

TEST_CASE(
    "each rendering is marked REHEARSAL, escapes names, and is the same for the same ledger") {
  Place place;
  place.add_case("1", "a");
  const auto report = annual(place);
  const auto json = report::to_json(report);
  CHECK(json["mark"] == "REHEARSAL");
  CHECK(json["rows"].size() == report::load_form(report::kStandardForm).rows.size());
  CHECK(json["ledger"]["size"] == place.ledger->checkpoint().size);
  CHECK(json["periods"][0]["from"] == "2026-07-31");
  CHECK(report::to_csv(report).find("\r\nREHEARSAL,2026,,1.4,1,,") != std::string::npos);
  const std::string markdown = report::to_markdown(report);
  CHECK(markdown.find("# REHEARSAL: Yearly report 2026 of Example \\| Messenger \\<EU>") == 0);
  CHECK(markdown.find("| 6.A1 |") != std::string::npos);
  const std::string html = report::to_html(report);
  CHECK(html.find("Example | Messenger &lt;EU&gt;") != std::string::npos);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(report::to_json(annual(place)).dump() == json.dump());
}
