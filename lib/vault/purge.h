// Purge: cases at their end, keys and bytes; abandoned spool files; resumable at each point.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spool/sweep.h"
#include "vault/case_store.h"

namespace proviso::vault {

struct PurgeReason {
  base::CaseId id;
  std::string reason;  // expired | rejected | redress | resumed
  std::string rule, citation;
  base::Instant due;
  State state = State::suspected;
  bool at_ceiling = false;  // a breaker never holds it back
};

struct PurgePlan {
  std::vector<PurgeReason> cases;
  std::vector<spool::Leftover> spool;
  std::uint64_t orphan_blobs = 0, pending_rows = 0;
  std::vector<PurgeReason>
      kept;  // past the policy's period, kept up to the ceiling: "complaint" or "escalated"
  std::vector<std::string> unreadable;  // folders of the spool that could not be read
  std::uint64_t all_cases = 0;          // in the vault, for the breaker's share
  bool clock_confirmed = false;  // the clock was implausible and confirmed: recorded by run_purge
};

struct PurgeOptions {
  base::Period horizon;  // purge what would expire before the next run
  bool confirm_clock = false;
};

// What a run would do now. Error(breaker) when the clock is implausible against the last ledger
// entry, unless confirmed.
PurgePlan plan_purge(CaseStore&, const ledger::Ledger&, const policy::Policy&, const law::Resolved&,
                     base::Instant now, const PurgeOptions&);
// Does it: tombstones, envelopes nulled, WAL truncated, blobs overwritten and unlinked, directory
// fsync, ledger, rows gone. Error(temp_fail) when the WAL stays busy; Error(breaker) when more than
// policy's purge.max_share would go that are not at their ceiling.
struct PurgeCounts {
  std::uint64_t cases = 0, spool_files = 0, orphan_blobs = 0, pending_rows = 0;
};
PurgeCounts run_purge(CaseStore&, ledger::Ledger&, const policy::Policy&, const PurgePlan&,
                      base::Instant now);
// One case at once (rejected, upheld complaint).
void purge_case(CaseStore&, ledger::Ledger&, const base::CaseId&, std::string_view reason,
                const law::Refusal& rule);
// Without a policy (it may be broken on the day a ceiling comes): cases at their ceiling, abandoned
// blobs and rows, no spool.
PurgePlan plan_ceilings(CaseStore&, const ledger::Ledger&, base::Instant now, const PurgeOptions&);
PurgeCounts run_ceilings(CaseStore&, ledger::Ledger&, const PurgePlan&, base::Instant now);

// A breaker needs more cases than this to trip: a share of a handful says nothing.
constexpr std::uint64_t kBreakerFloor = 10;

// After a purge: cases, blobs, spool files that ought to be gone and are not.
std::vector<std::string> verify_purged(CaseStore&, const policy::Policy&, base::Instant now);

}  // namespace proviso::vault
