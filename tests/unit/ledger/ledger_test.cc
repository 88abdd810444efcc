#include "ledger/ledger.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "json/json.h"
#include "ledger/audit.h"
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
