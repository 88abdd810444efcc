#include "ledger/counts.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/audit.h"
#include "ledger/events.h"
#include "ledger/open_counts.h"
#include "ledger/verification.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

CountKey key(CountSide side, CountOutcome outcome) {
  CountKey out;
  out.side = side;
  out.service = "chat";
  out.outcome = outcome;
  return out;
}

std::size_t count_entries(const Ledger& ledger) {
  std::size_t n = 0;
  ledger.read(0, [&](const StoredEntry& entry) {
    if (entry.event == event::kCounts) ++n;
    return true;
  });
  return n;
}

}  // namespace

TEST_CASE("counts are one entry a run, and balance") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  Counts scope(ledger, "scope-check");
  Counts retain(ledger, "retain");
  for (int i = 0; i < 10; ++i) {
    scope.add("run-1", key(CountSide::in, CountOutcome::admitted));
    scope.commit();
    retain.add("run-1", key(CountSide::out, i < 7 ? CountOutcome::erased : CountOutcome::stored));
    retain.commit();
  }
  CHECK(balance(ledger, "run-1").open);
  CHECK(balance(ledger, "run-1").unaccounted() == 0);
  scope.close();
  retain.close();
  CHECK(count_entries(ledger) == 2);
  const Balance done = balance(ledger, "run-1");
  CHECK(done.in == 10);
  CHECK(done.erased == 7);
  CHECK(done.stored == 3);
  CHECK_FALSE(done.open);
  CHECK(std::filesystem::is_empty(fixture.path / "open"));
}

TEST_CASE("no batch has more kinds of counts than there is room for") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  Counts counts(ledger, "scope-check");
  constexpr int kKinds = 12'000;  // over two slots
  for (int batch = 0; batch < 2; ++batch) {
    for (int i = 0; i < kKinds; ++i) {
      CountKey each = key(CountSide::in, CountOutcome::admitted);
      each.service = "service-" + std::to_string(i);
      counts.add("run-1", each);
    }
    counts.commit();
    CHECK(balance(ledger, "run-1").in == static_cast<std::uint64_t>((batch + 1) * kKinds));
  }
  counts.close();
  CHECK(balance(ledger, "run-1").in == 2 * kKinds);
  CHECK(verify(ledger, fixture.public_key(), {}).findings.empty());
}

TEST_CASE("what a dead writer counted becomes an entry only if it has the ledger's MAC") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  const auto file = fixture.path / "open/writer.run-1.counts";
  OpenCounts counts;
  counts.tool = "scope-check";
  counts.run = "run-1";
  counts.writer = "writer";
  counts.hour = 490'000;
  const auto leave = [&](std::span<const std::byte> mac_key) {
    std::filesystem::remove(file);
    auto open = OpenCountsFile::create(fixture.path / "open", "writer", "run-1", mac_key);
    for (const std::uint64_t n : {3u, 7u}) {
      counts.counts[key(CountSide::in, CountOutcome::admitted)] = {n, 0};
      open.write(counts);
    }
  };
  const base::Bytes other(32);
  leave(other);
  const std::string words = "no slot is whole and has the MAC of this ledger's key";
  CHECK_THROWS_WITH_AS(balance(ledger, "run-1"), doctest::Contains(words.c_str()), base::Error);
  CHECK_THROWS_WITH_AS(Counts(ledger, "retain").close(), doctest::Contains(words.c_str()),
                       base::Error);
  CHECK(std::filesystem::exists(file));

  // Each byte of the newer slot: the older one is taken; of the older one: nothing changes.
  leave(ledger.mac_key());
  const std::string good = base::read_file(file, 2 * kSlotBytes);
  for (std::size_t at = 0; at < 600; ++at) {
    for (const std::size_t slot : {std::size_t{0}, kSlotBytes}) {
      std::string bad = good;
      bad[slot + at] = static_cast<char>(bad[slot + at] ^ 1);
      if (bad[slot + at] == 1) continue;  // behind the slot's end
      base::write_file_atomically(file, bad);
      CHECK(balance(ledger, "run-1").in == (slot == 0 ? 3u : 7u));
    }
  }
  base::write_file_atomically(file, good);
  Counts(ledger, "retain").close();
  CHECK(balance(ledger, "run-1").in == 7);
  CHECK(balance(ledger, "run-1").unclean);
  CHECK(std::filesystem::is_empty(fixture.path / "open"));
}

TEST_CASE("what does not balance shows") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  Counts scope(ledger, "scope-check");
  scope.add("run-1", key(CountSide::in, CountOutcome::admitted), 5);
  scope.close();
  CHECK(balance(ledger, "run-1").unaccounted() == 5);
}

TEST_CASE("past the UTC hour the counts become an entry and start from zero") {
  LedgerFixture fixture;
  Ledger ledger = fixture.open();
  Counts counts(ledger, "scope-check");
  counts.add("run-1", key(CountSide::in, CountOutcome::admitted), 3);
  counts.commit();
  base::set_clock(base::parse_instant("2026-11-24T11:00:00Z"));
  counts.add("run-1", key(CountSide::in, CountOutcome::admitted), 4);
  counts.commit();
  CHECK(count_entries(ledger) == 1);
  counts.close();
  CHECK(count_entries(ledger) == 2);
  CHECK(balance(ledger, "run-1").in == 7);
}

TEST_CASE("what a killed writer had committed is kept, once, and marked") {
  LedgerFixture fixture;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Ledger ledger = fixture.open();
    Counts counts(ledger, "retain");
    counts.add("run-1", key(CountSide::out, CountOutcome::erased), 42);
    counts.commit();
    counts.add("run-1", key(CountSide::out, CountOutcome::erased), 1);  // never committed
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  Ledger ledger = fixture.open();
  CHECK(run_totals(ledger, "run-1").counts.at(key(CountSide::out, CountOutcome::erased)) == 42);
  CHECK(run_totals(ledger, "run-1").unclean);
  Counts other(ledger, "retain");
  other.close();
  Counts another(ledger, "retain");
  another.close();
  CHECK(count_entries(ledger) == 1);
  CHECK(run_totals(ledger, "run-1").counts.at(key(CountSide::out, CountOutcome::erased)) == 42);
  CHECK(run_totals(ledger, "run-1").unclean);
}
