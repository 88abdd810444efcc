// What a start knows of a log by its newest snapshot and the entries behind it, against what all
// entries say.
#include "ledger/summary.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "ledger/verification.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

namespace fs = std::filesystem;

CaseStored stored(const std::string& id, const std::string& technology) {
  CaseStored fact;
  fact.id = {id};
  fact.technology = technology;
  return fact;
}

CaseDecided decided(const std::string& id, Verdict verdict, const std::string& technology) {
  CaseDecided fact;
  fact.id = {id};
  fact.verdict = verdict;
  fact.technology = technology;
  return fact;
}

Overseen act(OversightAct which, const std::string& technology) {
  Overseen fact;
  fact.act = which;
  fact.technology = technology;
  fact.version = "1";
  fact.reason = "why";
  return fact;
}

// A life of cases, as entries of `count`; the same each time.
std::vector<Entry> life(std::uint64_t count) {
  std::mt19937 random(20'261'129);
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  std::vector<std::string> live;
  std::vector<Entry> entries;
  std::uint64_t next = 0;
  while (entries.size() < count) {
    const std::string technology = below(3) == 0 ? "known-digests" : "known-pdq";
    const std::uint64_t what = below(100);
    if (what < 40 || live.empty()) {
      live.push_back(fmt::format("{:032x}", ++next));
      entries.push_back(to_entry(stored(live.back(), technology), "retain"));
    } else if (what < 70) {
      const Verdict verdict = below(10) == 0 ? Verdict::reject : Verdict::confirm;
      entries.push_back(to_entry(
          decided(live[below(live.size())], verdict, below(5) == 0 ? "" : technology), "review"));
    } else if (what < 97) {
      const auto gone = live.begin() + static_cast<std::ptrdiff_t>(below(live.size()));
      CasePurged purged;
      purged.id = {*gone};
      entries.push_back(to_entry(purged, "purge"));
      live.erase(gone);
    } else {
      constexpr OversightAct kActs[] = {OversightAct::oversee, OversightAct::halt,
                                        OversightAct::resume};
      entries.push_back(to_entry(act(kActs[below(3)], technology), "law"));
    }
  }
  return entries;
}

// All that a summary says, as one text; or the refusal, with its place.
std::string answers(const Ledger& ledger, Summary::Start start = Summary::Start::snapshot) {
  try {
    Summary summary(start);
    const auto entries = ledger.entries();
    summary.advance(*entries);
    std::string text = fmt::format("{} entries\n", summary.size());
    for (const char* name : {"known-pdq", "known-digests", "unknown"}) {
      const Summary::Technology* const technology = summary.technology(name);
      if (technology == nullptr) continue;
      text += fmt::format("{} resumes {}\n", name, technology->resumes);
      for (const StoredEntry& each : technology->acts) text += each.line + "\n";
      for (const auto& [period, decisions] : technology->decisions) {
        if (decisions.all == 0) continue;
        text += fmt::format("day {} resumes {}: {} {}\n", period.day, period.resumes, decisions.all,
                            decisions.errors);
      }
    }
    for (std::uint64_t id = 1; id < 4000; ++id) {
      if (const auto at = summary.stored_at({fmt::format("{:032x}", id)}))
        text += fmt::format("{}@{} ", id, *at);
    }
    return text;
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::check_failed);
    CHECK(std::string(error.what()).find("ledger/") != std::string::npos);
    return "refused";
  }
}

std::vector<std::string> snapshots(const fs::path& ledger) {
  std::vector<std::string> names;
  for (const auto& each : fs::directory_iterator(ledger / "snapshots"))
    names.push_back(each.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// 9,000 entries and two snapshots.
struct LongLedger : LedgerFixture {
  LongLedger() {
    Ledger ledger = open();
    const std::vector<Entry> all = life(9'000);
    for (std::size_t at = 0; at < all.size(); at += 300) {
      base::set_clock(base::Instant{base::now().seconds + 40'000});
      ledger.append(std::vector<Entry>(all.begin() + static_cast<std::ptrdiff_t>(at),
                                       all.begin() + static_cast<std::ptrdiff_t>(at + 300)));
    }
  }
  Ledger reader() const { return Ledger::open_to_read(path, public_key()); }
  std::vector<base::Finding> findings() const {
    return verify(reader(), public_key(), {}).findings;
  }
};

}  // namespace

TEST_CASE("what entries come to") {
  LedgerFixture f;
  Ledger ledger = f.open();
  const auto day = base::days_between(base::Date{}, base::date_of(base::now()));
  Summary summary;
  CHECK(summary.advance(*ledger.entries()));
  CHECK_FALSE(summary.advance(*ledger.entries()));
  CHECK(summary.technology("known-pdq") == nullptr);

  ledger.append({to_entry(stored("a", "known-pdq"), "retain"),
                 to_entry(stored("b", "known-pdq"), "retain"),
                 to_entry(stored("a", "known-pdq"), "retain"),  // a swap: the first counts
                 to_entry(decided("a", Verdict::reject, "known-pdq"), "review")});
  CHECK(summary.advance(*ledger.entries()));
  CHECK(summary.stored_at({"a"}) == 1);
  CHECK(summary.stored_at({"b"}) == 2);
  CHECK_FALSE(summary.stored_at({"c"}));
  using Decisions = std::map<Summary::Period, Summary::Decisions>;
  CHECK(summary.technology("known-pdq")->decisions == Decisions{{{day, 0}, {1, 1}}});

  // A case counts once, by its last decision, and by the technology that stored it where the
  // decision names none.
  ledger.append({to_entry(act(OversightAct::resume, "known-pdq"), "law"),
                 to_entry(decided("a", Verdict::confirm, ""), "review"),
                 to_entry(decided("x", Verdict::reject, ""), "review")});  // of no known case
  summary.advance(*ledger.entries());
  CHECK(summary.technology("known-pdq")->decisions ==
        Decisions{{{day, 0}, {0, 0}}, {{day, 1}, {1, 0}}});
  CHECK(summary.technology("known-pdq")->resumes == 1);

  CasePurged purged;
  purged.id = {"a"};
  ledger.append(to_entry(purged, "purge"));
  summary.advance(*ledger.entries());
  CHECK_FALSE(summary.stored_at({"a"}));
  CHECK(summary.technology("known-pdq")->decisions.at({day, 1}) == Summary::Decisions{1, 0});
}

TEST_CASE("a start from the newest snapshot knows what all entries say") {
  const LongLedger f;
  const Ledger ledger = f.reader();
  CHECK(snapshots(f.path) == std::vector<std::string>{"4201.1", "8402.1"});
  CHECK(answers(ledger) == answers(ledger, Summary::Start::first_entry));
  CHECK(answers(ledger).size() > 10'000);
  CHECK(f.findings().empty());
  const auto newest = Snapshot::newest(*ledger.entries());
  REQUIRE(newest);
  CHECK(newest->head().size == 8402);
  CHECK(newest->head().cases > 128);  // several pages

  Summary from_snapshot, from_first(Summary::Start::first_entry);
  from_snapshot.advance(*ledger.entries());
  from_first.advance(*ledger.entries());
  CHECK(from_snapshot.snapshot(9003).bytes() == from_first.snapshot(9003).bytes());
}

TEST_CASE("any byte of a snapshot, flipped or cut: the same answer, or exit 1 with the place") {
  const LongLedger f;
  const std::string expected = answers(f.reader());
  const fs::path file = f.path / "snapshots/8402.1";
  const std::string good = base::read_file(file);
  std::map<std::string, int> seen;
  for (std::size_t at = 0; at < good.size(); at += at < 200 ? 19 : 1'531) {
    for (const bool cut : {false, true}) {
      std::string bad = good;
      if (cut)
        bad.resize(at);
      else
        bad[at] = static_cast<char>(bad[at] ^ 1);
      base::replace_file(file, bad);
      CAPTURE(at);
      CAPTURE(cut);
      const std::string found = answers(f.reader());
      CHECK((found == expected || found == "refused"));
      ++seen[found == expected ? "same" : "refused"];
      const auto findings = f.findings();
      REQUIRE(findings.size() == 1);
      CHECK(findings[0].where == file.string());
    }
  }
  CHECK(seen["same"] > 0);
  CHECK(seen["refused"] > 0);  // a page

  // An append is not stopped, and what it makes next is whole again.
  Ledger ledger = f.open();
  for (int i = 0; i < 15; ++i) ledger.append(life(300));
  CHECK(snapshots(f.path).back() == "9003.1");
  CHECK(answers(f.reader()) == answers(f.reader(), Summary::Start::first_entry));
}

TEST_CASE("snapshots that are gone, planted or swapped decide nothing") {
  const LongLedger f;
  const std::string expected = answers(f.reader());
  const fs::path folder = f.path / "snapshots";
  const std::string newest = base::read_file(folder / "8402.1");
  const std::string older = base::read_file(folder / "4201.1");

  fs::remove(folder / "8402.1");
  CHECK(answers(f.reader()) == expected);
  CHECK(f.findings().empty());
  fs::remove_all(folder);
  CHECK(answers(f.reader()) == expected);
  CHECK(f.findings().empty());

  fs::create_directory(folder);
  base::replace_file(folder / "8402.1", older);
  base::replace_file(folder / "4201.1", newest);
  base::replace_file(folder / "8500.1", newest);
  base::replace_file(folder / "99999.1", newest);
  base::replace_file(folder / "08402.1", newest);
  base::replace_file(folder / "8402.2", newest);
  fs::create_directory(folder / "8600.1");
  CHECK(answers(f.reader()) == expected);
  CHECK(f.findings().size() == 6);  // 99999.1 may be of a newer head

  fs::remove(folder / "8600.1");
  // The entry of a snapshot that is due is appended all the same.
  Ledger ledger = f.open();
  ledger.append({"test.event", "test", "", ""});
  ledger.append({"test.event", "test", "", ""});
  CHECK(snapshots(f.path) == std::vector<std::string>{"9003.1"});
  CHECK(f.findings().empty());
}

TEST_CASE("a snapshot that cannot be written stops no append") {
  LedgerFixture f;
  base::replace_file(f.path / "snapshots", "in the way");
  Ledger ledger = f.open();
  ledger.append(life(4'200));
  ledger.append(life(10));
  CHECK(ledger.checkpoint().size == 4'211);
}

TEST_CASE("a snapshot whose writer died before its entry was there is no fault") {
  LedgerFixture f;
  f.open().append(life(4'200));
  Summary summary;
  summary.advance(*f.open().entries());
  write_snapshot(f.path, summary.snapshot(4'201));
  CHECK(verify(f.open(), f.public_key(), {}).findings.empty());
  CHECK_FALSE(Snapshot::newest(*f.open().entries()));
  f.open().append(life(10));
  CHECK(Snapshot::newest(*f.open().entries())->head().size == 4'201);
}

TEST_CASE("an entry that names another snapshot than its own is found") {
  LedgerFixture f;
  Ledger ledger = f.open();
  ledger.append(to_entry(SnapshotTaken{1, kSnapshotVersion, std::string(64, '0'), 10}, "ledger"));
  const auto findings = verify(ledger, f.public_key(), {}).findings;
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].where == f.segment().string() + ":2");
}

TEST_CASE("an event or a case that is there twice is found") {
  LedgerFixture f;
  {
    Ledger ledger = f.open();
    ledger.append({to_entry(stored("a", "known-pdq"), "retain", {}, "id-1"),
                   to_entry(stored("b", "known-pdq"), "retain", {}, "id-2"),
                   to_entry(stored("a", "known-pdq"), "retain", {}, "id-3")});
    Entry again = to_entry(stored("c", "known-pdq"), "retain", {}, "id-2");
    again.id_since = 4;  // so that it is not looked for where it is
    f.open().append(again);
  }
  const auto findings = verify(f.open(), f.public_key(), {}).findings;
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].where == f.segment().string() + ":5");
  CHECK(findings[0].what.find("0001.ndjson:3") != std::string::npos);
  CHECK(findings[1].where == f.segment().string() + ":4");
  CHECK(findings[1].what.find("0001.ndjson:2") != std::string::npos);
}

TEST_CASE("what a wrong clock wrote is of the time at which it was set right") {
  LedgerFixture f;
  const base::Instant right = base::now();
  const base::Instant wrong = *base::parse_instant("2099-01-01T00:00:00Z");
  const auto day = base::days_between(base::Date{}, base::date_of(right));
  {
    Ledger ledger = f.open();
    ledger.append({to_entry(stored("a", "known-pdq"), "retain"),
                   to_entry(stored("b", "known-pdq"), "retain")});
    base::set_clock(wrong);
    ledger.append({to_entry(decided("a", Verdict::reject, "known-pdq"), "review"),
                   to_entry(act(OversightAct::halt, "known-pdq"), "law")});
    base::set_clock(right);
    ledger.append({"test.event", "test", "", ""});
    CHECK(ledger.last()->time == wrong);  // it never goes back by itself
    ledger.append(to_entry(ClockCorrected{wrong, right}, "purge"));
    CHECK(ledger.last()->time == right);
    ledger.append(to_entry(decided("b", Verdict::reject, "known-pdq"), "review"));
    CHECK(ledger.last()->time == right);
  }
  CHECK(verify(f.open(), f.public_key(), {}).findings.empty());
  const Corrections corrections = f.open().corrections();
  CHECK(corrections.time_of(3, wrong) == right);
  CHECK(corrections.time_of(1, right) == right);
  CHECK(corrections.time_of(7, wrong) == wrong);

  const auto check = [&](Summary::Start start) {
    Summary summary(start);
    summary.advance(*f.open().entries());
    const Summary::Technology* const technology = summary.technology("known-pdq");
    CHECK(technology->decisions.at({day, 0}) == Summary::Decisions{2, 2});
    CHECK(technology->acts[0].time == right);
    return summary.snapshot(summary.size()).bytes();
  };
  check(Summary::Start::first_entry);
  // By a snapshot that was made before the correction, too, and by one made after it.
  f.open().append(std::vector<Entry>(kSnapshotEntries, {"test.event", "test", "", ""}));
  f.open().append({"test.event", "test", "", ""});
  REQUIRE(Snapshot::newest(*f.open().entries()));
  CHECK(check(Summary::Start::snapshot) == check(Summary::Start::first_entry));
  base::set_clock(wrong);
  f.open().append(to_entry(decided("a", Verdict::confirm, "known-pdq"), "review"));
  base::set_clock(right);
  f.open().append(to_entry(ClockCorrected{wrong, right}, "purge"));
  Summary by_snapshot, by_all(Summary::Start::first_entry);
  by_snapshot.advance(*f.open().entries());
  by_all.advance(*f.open().entries());
  CHECK(by_snapshot.snapshot(5000).bytes() == by_all.snapshot(5000).bytes());
  CHECK(by_all.technology("known-pdq")->decisions.at({day, 0}) == Summary::Decisions{2, 1});
}

TEST_CASE("no folder is followed, and only snapshots are removed from it") {
  LedgerFixture f;
  const fs::path other = f.path.parent_path() / "other";
  fs::create_directory(other);
  base::replace_file(other / "precious", "precious");
  base::replace_file(other / "1.1", "precious");
  fs::create_directory_symlink(other, f.path / "snapshots");
  Ledger ledger = f.open();
  ledger.append(life(4'200));
  ledger.append(life(10));
  CHECK(std::distance(fs::directory_iterator(other), fs::directory_iterator()) == 2);
  fs::remove(f.path / "snapshots");
  fs::create_directory(f.path / "snapshots");
  base::replace_file(f.path / "snapshots/notes", "precious");
  ledger.append(std::vector<Entry>(kSnapshotEntries, {"test.event", "test", "", ""}));
  ledger.append({"test.event", "test", "", ""});
  CHECK(snapshots(f.path).size() == 2);
  CHECK(fs::exists(f.path / "snapshots/notes"));
}

TEST_CASE("a snapshot whose group fails leaves no file, and the next append makes one") {
  LedgerFixture f;
  Ledger ledger = f.open();
  ledger.append(life(4'200));
  const std::string too_long(kMaxEntryBytes, 'x');
  CHECK_THROWS_AS(ledger.append({"test.event", "test", "", "", "{\"value\":\"" + too_long + "\"}"}),
                  base::Error);
  CHECK(snapshots(f.path).empty());
  ledger.append({"test.event", "test", "", ""});
  CHECK(snapshots(f.path).size() == 1);
  CHECK(verify(f.open(), f.public_key(), {}).findings.empty());
}

TEST_CASE("a live ledger is verified as it was when its head was read") {
  LedgerFixture f;
  const Ledger reader = f.open();
  std::thread writer([&f] {
    Ledger ledger = f.open();
    for (int i = 0; i < 30; ++i)
      ledger.append(std::vector<Entry>(500, {"test.event", "test", "", ""}));
  });
  for (int i = 0; i < 20; ++i) {
    const Verification found = verify(reader, f.public_key(), {});
    for (const base::Finding& finding : found.findings) {
      CAPTURE(finding.where);
      CHECK(finding.what == "");
    }
  }
  writer.join();
}
