#include "ledger/counts.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/audit.h"
#include "ledger/events.h"
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
