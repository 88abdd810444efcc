// Purge: destroys cases at their end, keys and bytes, and abandoned spool files. It can die at any
// point: the next run goes on from there. The order of writes is in README.md.
//
// First plan_purge(), which changes nothing, then run_purge() with that plan. Errors of both: those
// of case_database.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"
#include "law/instrument.h"
#include "policy/policy.h"
#include "spool/sweep.h"
#include "vault/case_store.h"

namespace proviso::vault {

// What else there is to say of a planned case.
enum class Circumstance {
  none,
  resumed,    // an earlier run began to purge it
  complaint,  // kept: an open complaint holds it
  escalated   // kept: it waits for review, and the policy's purge.overdue is `escalate`
};

// A case that a purge destroys, or would but for its circumstance.
struct PlannedCase {
  base::CaseId id;
  PurgeReason reason = PurgeReason::expired;
  Circumstance circumstance = Circumstance::none;
  std::string rule, citation;
  base::Instant due;
  State state = State::suspected;
  bool at_ceiling = false;  // a breaker never holds it back
};

struct PurgePlan {
  std::vector<PlannedCase> cases;
  std::vector<spool::Leftover> spool;
  std::uint64_t orphan_blobs = 0, pending_rows = 0;
  // Past the policy's period, kept up to the ceiling: an open complaint, or escalated.
  std::vector<PlannedCase> kept;
  std::vector<std::string> unreadable;  // folders of the spool that could not be read
  std::uint64_t all_cases = 0;          // in the vault, for the breaker's share
  bool clock_confirmed = false;  // the clock was implausible and confirmed: recorded by run_purge
};

struct PurgeOptions {
  base::Period horizon;  // purge what would expire before the next run
  bool confirm_clock = false;
};

struct PurgeCounts {
  std::uint64_t cases = 0, spool_files = 0, orphan_blobs = 0, pending_rows = 0;
  // Their keys are destroyed; their blobs are in a store, or their entries go to a ledger, that
  // this host does not reach.
  std::uint64_t elsewhere = 0;
};

// A breaker needs more cases than this to trip: a share of a handful says nothing.
constexpr std::uint64_t kBreakerFloor = 10;

// What a run would do now. Error(breaker) if the clock is implausible against the last ledger
// entry, unless confirmed.
PurgePlan plan_purge(CaseStore&, const ledger::Ledger&, const policy::Policy&, const law::Resolved&,
                     base::Instant now, const PurgeOptions&);
// Does it. Error(temp_fail) if another purge is at work or the database cannot be scrubbed yet;
// Error(breaker), after the rest is done, if more than the policy's purge.max_share of the cases
// would go that are not at their ceiling; Error(io), at the end, if a folder of the spool could not
// be read.
PurgeCounts run_purge(CaseStore&, ledger::Ledger&, const policy::Policy&, const PurgePlan&,
                      base::Instant now);

// Without a policy, which may be broken on the day a ceiling comes: cases at their ceiling,
// abandoned blobs and rows, no spool.
PurgePlan plan_ceilings(CaseStore&, const ledger::Ledger&, base::Instant now, const PurgeOptions&);
PurgeCounts run_ceilings(CaseStore&, ledger::Ledger&, const PurgePlan&, base::Instant now);

// Destroys one case at once. Waits for another purge.
void purge_case(CaseStore&, ledger::Ledger&, const base::CaseId&, PurgeReason,
                const law::Refusal& rule);

// After a purge: cases, blobs and spool files that ought to be gone and are not.
std::vector<std::string> verify_purged(CaseStore&, const policy::Policy&, base::Instant now);

}  // namespace proviso::vault
