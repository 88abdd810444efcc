#include "ledger/ledger.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "base/stop.h"
#include "json/json.h"
#include "ledger/verification.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

Entry entry(int i) { return {"test.event", "test", "", "", fmt::format(R"({{"value":{}}})", i)}; }

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void write_lines(const std::filesystem::path& path, const std::vector<std::string>& lines) {
  std::ofstream out(path, std::ios::trunc);
  for (const std::string& line : lines) out << line << "\n";
}

std::size_t findings(const LedgerFixture& fixture, std::optional<std::string> remembered = {}) {
  const Ledger ledger = Ledger::open_to_read(fixture.path, fixture.public_key());
  return verify(ledger, fixture.public_key(), remembered).findings.size();
}

}  // namespace

TEST_CASE("what is appended is read back in order, by another process too") {
  LedgerFixture fixture;
  Ledger a = fixture.open();
  Ledger b = fixture.open();
  a.append(entry(1));
  b.append({entry(2), entry(3)});
  a.append(entry(4));
  std::vector<int> values;
  const auto next = b.read(1, [&](const StoredEntry& stored) {
    values.push_back(json::parse(stored.line, "entry").at("value").get<int>());
    return true;
  });
  CHECK(values == std::vector<int>{1, 2, 3, 4});
  CHECK(next == 5);
  CHECK(b.checkpoint().size == 5);
  CHECK(findings(fixture) == 0);
}

TEST_CASE("an event id is appended once") {
  LedgerFixture fixture;
  Entry named = entry(1);
  named.event_id = "0123456789abcdef";
  Ledger a = fixture.open();
  a.append(named);
  a.append(named);
  fixture.open().append({named, named});
  CHECK(a.checkpoint().size == 2);
}

TEST_CASE("bytes behind the checkpoint were never acknowledged and are cut") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  ledger.append(entry(1));
  std::ofstream(fixture.segment(), std::ios::app) << "{\"half a li";
  CHECK(findings(fixture) == 0);
  ledger.append(entry(2));
  const auto lines = lines_of(fixture.segment());
  REQUIRE(lines.size() == 4);
  CHECK(lines[2].find("ledger.recovered") != std::string::npos);
  CHECK(findings(fixture) == 0);
}

TEST_CASE("a change, a removal, a re-order and truncation behind the checkpoint are found") {
  LedgerFixture fixture;
  {
    Ledger ledger = fixture.open();
    for (int i = 1; i <= 5; ++i) ledger.append(entry(i));
  }
  const auto good = lines_of(fixture.segment());
  auto bad = good;
  bad[2][bad[2].size() - 2] = '9';
  write_lines(fixture.segment(), bad);
  CHECK(findings(fixture) > 0);
  bad = good;
  bad.erase(bad.begin() + 2);
  write_lines(fixture.segment(), bad);
  CHECK(findings(fixture) > 0);
  bad = good;
  std::swap(bad[1], bad[3]);
  write_lines(fixture.segment(), bad);
  CHECK(findings(fixture) > 0);
  bad = good;
  bad.pop_back();
  write_lines(fixture.segment(), bad);
  CHECK(findings(fixture) > 0);
  CHECK_THROWS_AS(fixture.open().append(entry(9)),
                  base::Error);  // nothing is put on top of a damaged log
  write_lines(fixture.segment(), good);
  CHECK(findings(fixture) == 0);
}

TEST_CASE("a rollback of entries and checkpoint shows against a remembered checkpoint") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  ledger.append(entry(1));
  const std::string old_checkpoint = base::read_file(fixture.path / "checkpoint");
  const std::string old_entries = base::read_file(fixture.segment());
  ledger.append(entry(2));
  const std::string remembered = base::read_file(fixture.path / "checkpoint");
  CHECK(findings(fixture, remembered) == 0);
  std::filesystem::remove(fixture.path / "heads");
  base::write_file_atomically(fixture.path / "checkpoint", old_checkpoint);
  base::write_file_atomically(fixture.segment(), old_entries);
  CHECK(findings(fixture) == 0);
  CHECK(findings(fixture, remembered) == 1);
}

TEST_CASE("a ledger of the other mode, or of another key, is refused") {
  LedgerFixture fixture;
  CHECK_THROWS_AS(Ledger::open_to_append(fixture.path, fixture.key, false), base::Error);
  const auto other = crypto::PrivateKey::generate_ed25519();
  CHECK_THROWS_AS(Ledger::open_to_read(fixture.path, crypto::PublicKey::of(other)), base::Error);
}

TEST_CASE("kill -9 at any moment leaves a log that verifies and goes on") {
  LedgerFixture fixture;
  for (int round = 0; round < 6; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      Ledger ledger = fixture.open();
      for (int i = 0;; ++i) ledger.append({entry(i), entry(i + 1)});
    }
    ::usleep(static_cast<useconds_t>(3000 + round * 2500));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    fixture.open().append(entry(round));
    CHECK(findings(fixture) == 0);
  }
}

TEST_CASE("time in entries never goes back") {
  LedgerFixture fixture;
  base::set_clock(base::parse_instant("2020-01-01T00:00:00Z"));
  Ledger ledger = fixture.open();
  ledger.append(entry(1));
  CHECK(base::to_string(ledger.last()->time) == "2026-11-24T10:00:00Z");
}

TEST_CASE("a process that has read what others appended appends behind it") {
  LedgerFixture fixture;
  Ledger a = fixture.open();
  Ledger b = fixture.open();
  a.append(entry(1));
  b.append({entry(2), entry(3)});
  CHECK(a.last()->index == 3);
  a.append(entry(4));
  b.append(entry(5));
  CHECK(a.checkpoint().size == 6);
  CHECK(findings(fixture) == 0);
}

TEST_CASE(
    "lines that were changed while a process had the ledger open are neither cut nor written on") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  for (int i = 0; i < 5; ++i) ledger.append(entry(i));
  const std::string good = base::read_file(fixture.segment());
  std::string bad = good;
  bad.insert(bad.find('\n'), std::string(250, ' '));
  base::write_file_atomically(fixture.segment(), bad);
  CHECK_THROWS_WITH_AS(ledger.append(entry(9)),
                       doctest::Contains("0001.ndjson:1: the entry is not"), base::Error);
  CHECK(base::read_file(fixture.segment()) == bad);
  base::write_file_atomically(fixture.segment(), good);
  ledger.append(entry(9));
  CHECK(findings(fixture) == 0);
}

TEST_CASE("an id is looked for in all of the log where it claims to be newer than the log") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  Entry named = entry(1);
  named.event_id = "0123456789abcdef";
  ledger.append(named);
  named.id_since = 1'000'000;
  fixture.open().append(named);
  CHECK(ledger.checkpoint().size == 2);
}

TEST_CASE("a segment that was cut while a process had it open is not written on") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  ledger.append(entry(1));
  std::filesystem::resize_file(fixture.segment(), 40);
  CHECK_THROWS_WITH_AS(ledger.append(entry(2)), doctest::Contains("it was cut"), base::Error);
}

TEST_CASE("a wish to stop ends the wait for the lock") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  const auto lock = base::FileLock::take(fixture.path / "lock", false);
  REQUIRE(lock);
  base::stop_requested = true;
  CHECK_THROWS_WITH_AS(ledger.append(entry(1)), doctest::Contains("the wait was ended"),
                       base::Error);
  base::stop_requested = false;
  CHECK(ledger.checkpoint().size == 1);
}

// $PROVISO_KILL_ROUNDS: how often, where a run is to be longer than the usual one.
TEST_CASE("four writers, killed at any moment: no acknowledged entry is lost or doubled") {
  LedgerFixture fixture;
  std::map<std::string, int> acknowledged;
  const char* const wanted = std::getenv("PROVISO_KILL_ROUNDS");
  const int rounds = wanted == nullptr ? 8 : std::atoi(wanted);
  std::mt19937 random(7);
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::pair<pid_t, int>> writers;
    for (int w = 0; w < 4; ++w) {
      int ends[2];
      REQUIRE(::pipe(ends) == 0);
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        ::close(ends[0]);
        Ledger ledger = fixture.open();
        for (int i = 0;; ++i) {
          const std::string id = fmt::format("{:04x}{:04x}{:024x}", round, w, i);
          Entry named = entry(i);
          named.event_id = id;
          ledger.append({named, entry(i)});
          if (::write(ends[1], id.data(), id.size()) != static_cast<ssize_t>(id.size())) ::_exit(1);
        }
      }
      ::close(ends[1]);
      writers.emplace_back(child, ends[0]);
    }
    ::usleep(static_cast<useconds_t>(40'000 + random() % 60'000));
    // One after the other: whoever is left may have the entries of one that died in its group.
    for (const auto& [child, end] : writers) {
      ::kill(child, SIGKILL);
      ::usleep(static_cast<useconds_t>(random() % 20'000));
    }
    for (const auto& [child, end] : writers) {
      ::waitpid(child, nullptr, 0);
      char id[32];
      while (::read(end, id, sizeof id) == sizeof id) ++acknowledged[std::string(id, sizeof id)];
      ::close(end);
    }
  }
  fixture.open().append(entry(0));
  std::map<std::string, int> stored;
  fixture.open().read(0, [&](const StoredEntry& each) {
    ++stored[each.event_id];
    return true;
  });
  CHECK(acknowledged.size() > 20);
  MESSAGE(acknowledged.size(), " entries were acknowledged in ", rounds, " rounds");
  for (const auto& [id, times] : acknowledged) CHECK(stored[id] == 1);
  for (const auto& [id, times] : stored) CHECK(times == 1);
  CHECK(findings(fixture) == 0);
}
