#include "ledger/facts.h"

#include <doctest/doctest.h>

#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/file.h"
#include "ledger/events.h"
#include "ledger/line.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

using AllFacts =
    std::tuple<Created, Recovered, SnapshotTaken, KeyRotated, ClockCorrected, GateInputs,
               GateClosed, Attested, Overseen, CountsOfRun, ReportMade, IndexLoaded, IndexWithdrawn,
               IndexChecked, MatchExcluded, BreakerTripped, CaseStored, CaseAccessed, CaseDecided,
               CaseReported, CasePurged, PurgeRun, ClockConfirmed>;

// entries.ndjson: lines of the programs of November 2026, before facts (make-entries beside it).
// rare.ndjson: what a road of a minute does not write, in the same form, and members added since.
constexpr const char* kFiles[] = {"entries.ndjson", "rare.ndjson"};

std::vector<std::string> lines_of(const char* name) {
  std::ifstream in(std::string(PROVISO_TEST_DATA "/ledger/") + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  REQUIRE_FALSE(lines.empty());
  return lines;
}

// The line made again from its fact; empty when the entry is of another event.
template <class Fact>
std::string again(const StoredEntry& entry) {
  const auto fact = read<Fact>(entry);
  if (!fact) return {};
  const Entry made = to_entry(*fact, entry.tool, entry.run, entry.event_id);
  return line_of(entry.index, entry.time, made, entry.event_id);
}

template <class... Facts>
std::vector<std::string> all_again(const StoredEntry& entry, std::tuple<Facts...>*) {
  std::vector<std::string> made;
  for (std::string line : {again<Facts>(entry)...}) {
    if (!line.empty()) made.push_back(std::move(line));
  }
  return made;
}

StoredEntry entry(std::string_view event, const std::string& members) {
  return entry_of(7, R"({"n":7,"time":"2026-11-24T10:00:00Z","tool":"test","event":")" +
                         std::string(event) + R"(","id":"1")" + members + "}");
}

}  // namespace

TEST_CASE("each line, read as its fact and written again, has the same bytes") {
  for (const char* file : kFiles) {
    for (const std::string& line : lines_of(file)) {
      CAPTURE(line);
      const auto n = static_cast<std::uint64_t>(std::stoull(line.substr(line.find(':') + 1)));
      const auto made = all_again(entry_of(n, line), static_cast<AllFacts*>(nullptr));
      REQUIRE(made.size() == 1);  // one fact an event
      CHECK(made[0] == line);
    }
  }
}

TEST_CASE("the lines have every event") {
  std::set<std::string> seen;
  for (const char* file : kFiles) {
    for (const std::string& line : lines_of(file)) seen.insert(entry_of(0, line).event);
  }
  const std::string header = base::read_file(PROVISO_TEST_DATA "/../../lib/ledger/events.h");
  const std::regex name("\"([a-z]+(\\.[a-z-]+)?)\";");
  std::size_t events = 0;
  for (std::sregex_iterator it(header.begin(), header.end(), name), end; it != end; ++it) {
    CAPTURE((*it)[1].str());
    CHECK(seen.count((*it)[1].str()) == 1);
    ++events;
  }
  CHECK(events == 25);
}

TEST_CASE("an entry of another event is not the fact") {
  CHECK_FALSE(read<CaseStored>(entry(event::kCaseDecided, R"(,"case":"1","decision":"reject")")));
}

TEST_CASE("members that older entries lack keep their default") {
  const auto decided =
      read<CaseDecided>(entry(event::kCaseDecided, R"(,"case":"1","decision":"confirm-as-new")"));
  REQUIRE(decided);
  CHECK(decided->verdict == Verdict::confirm_as_new);
  CHECK_FALSE(decided->material_class);
  CHECK(decided->reviewers.empty());
}

TEST_CASE("an unknown word, a missing key, another type or a newer version is refused") {
  for (const char* members :
       {R"(,"case":"1","decision":"confirmed-as-new")", R"(,"case":"1")", R"(,"decision":"reject")",
        R"(,"case":1,"decision":"reject")", R"(,"case":"1","decision":"reject","reviewer":"2")",
        R"(,"case":"1","decision":"reject","v":2)"}) {
    CAPTURE(members);
    try {
      read<CaseDecided>(entry(event::kCaseDecided, members));
      FAIL("it was read");
    } catch (const base::Error& error) {
      CHECK(error.code() == base::ExitCode::data);
      CHECK(std::string(error.what()).find("ledger entry 7 (case.decided)") == 0);
    }
  }
}

TEST_CASE("each word is read as itself") {
  for (const CaseState state :
       {CaseState::pending, CaseState::suspected, CaseState::confirmed, CaseState::confirmed_as_new,
        CaseState::rejected, CaseState::reported, CaseState::purged})
    CHECK(parse<CaseState>(to_string(state)) == state);
  for (const CountOutcome outcome :
       {CountOutcome::admitted, CountOutcome::content_gone, CountOutcome::erased,
        CountOutcome::error, CountOutcome::kind_mismatch, CountOutcome::refused,
        CountOutcome::replayed, CountOutcome::stored})
    CHECK(parse<CountOutcome>(to_string(outcome)) == outcome);
  CHECK_FALSE(parse<Verdict>("rejected"));
}
