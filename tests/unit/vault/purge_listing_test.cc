#include "vault/purge_listing.h"

#include <doctest/doctest.h>

#include <vector>

#include "json/json.h"
#include "rehearsal_vault.h"
#include "vault/purge_run.h"

using namespace proviso;
using namespace proviso::vault;

namespace {

PurgePlan a_plan() {
  PurgePlan plan;
  PlannedCase due;
  due.id.value = "0123456789abcdef0123456789abcdef";
  due.reason = PurgeReason::expired;
  due.rule = "ST-02";
  due.citation = "Art. 3(1)(h)";
  due.due = instant("2026-12-08T10:00:00Z");
  plan.cases.push_back(due);
  due.circumstance = Circumstance::complaint;
  plan.kept.push_back(due);
  spool::Leftover file;
  file.file.path = "old.jpg";
  file.bytes = 12;
  file.modified = instant("2026-11-01T00:00:00Z");
  plan.spool.push_back(file);
  return plan;
}

std::vector<std::string> lines_of(PlanForm form, const law::Resolved* law) {
  std::vector<std::string> lines;
  list_plan(a_plan(), law, form, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

}  // namespace

TEST_CASE("a plan lists what goes, what stays and what lies unscanned, with rule and citation") {
  const RehearsalVault place;
  const auto lines = lines_of(PlanForm::ndjson, &place.law);
  REQUIRE(lines.size() == 3);
  CHECK(json::parse(lines[0], "1").at("purge") == "case");
  CHECK(json::parse(lines[0], "1").at("due") == "2026-12-08T10:00:00Z");
  CHECK(json::parse(lines[0], "1").at("reason") == "expired");
  CHECK(json::parse(lines[1], "2").at("keep") == "case");
  CHECK(json::parse(lines[1], "2").at("reason") == "complaint");
  CHECK(json::parse(lines[2], "3").at("path") == "old.jpg");
  CHECK(json::parse(lines[2], "3").at("rule") == "ST-01");
  CHECK(json::parse(lines_of(PlanForm::ndjson, nullptr)[2], "3").at("rule") == "");
}

TEST_CASE("the table has a head, and the same rows") {
  const auto lines = lines_of(PlanForm::table, nullptr);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].find("DO     CASE OR FILE") == 0);
  CHECK(lines[1].find("purge  0123456789abcdef0123456789abcdef   suspected") == 0);
  CHECK(lines[2].find("keep ") == 0);
  CHECK(lines[3].find("purge  old.jpg") == 0);
}

TEST_CASE("the line of counts is the plan's before, and the run's after") {
  CHECK(summary_of(a_plan()) ==
        "would purge 1 cases, 1 spool files, 0 orphan blobs, 0 abandoned rows; 1 kept past the "
        "policy's period");
  PurgeCounts counts;
  counts.cases = 2;
  CHECK(summary_of(counts, 0).find("purged 2 cases, 0 spool files") == 0);
  CHECK(json::parse(figures_line(counts, 4), "figures").at("kept") == 4);
}

TEST_CASE("the status counts cases by state and names the next end") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  CHECK(status_line(store) == "{\"cases\":0,\"held\":0,\"states\":{}}\n");
  store_one(place, store, Item(place.directory, "m-1", "content"));
  const auto status = json::parse(status_line(store), "status");
  CHECK(status.at("states").at("suspected") == 1);
  CHECK(status.at("next_due") == base::to_string(store.list().front().expires_at));
}

TEST_CASE("a run without a policy applies ceilings alone, and has no leftovers to name") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  store_one(place, store, Item(place.directory, "m-1", "content"));
  const PurgeRun without(store, ledger, nullptr, nullptr);
  const PurgeRun with(store, ledger, &place.policy, &place.law);
  base::set_clock(store.list().front().expires_at);
  CHECK(with.plan(false, "").cases.size() == 1);
  CHECK_THROWS_WITH(without.leftovers(), "--verify: needs a policy");
  CHECK_THROWS_WITH(with.plan(false, "soon"),
                    "--horizon soon: is no ISO 8601 duration such as PT1H");
  CHECK(with.run(with.plan(false, "PT0S")).cases == 1);
  CHECK(with.leftovers().empty());
}
