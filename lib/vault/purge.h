// Purge: cases at their end, keys and bytes; abandoned spool files; resumable at each point.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vault/case_store.h"

namespace proviso::vault {

struct PurgeReason {
  base::CaseId id;
  std::string reason;     // expired | rejected | redress | resumed
  std::string rule, citation;
  base::Instant due;
  State state = State::suspected;
};

struct SpoolLeftover {
  std::string path;       // relative to the spool; shown on stderr only in --dry-run
  std::uint64_t bytes = 0;
  base::Instant modified;
};

struct PurgePlan {
  std::vector<PurgeReason> cases;
  std::vector<SpoolLeftover> spool;
  std::uint64_t orphan_blobs = 0, pending_rows = 0;
};

struct PurgeOptions {
  base::Period horizon;               // purge what would expire before the next run
  bool confirm_clock = false;
};

// What a run would do now. Error(breaker) when the clock is implausible against the last ledger entry, unless confirmed.
PurgePlan plan_purge(CaseStore&, const ledger::Ledger&, const policy::Policy&, const law::Resolved&, base::Instant now, const PurgeOptions&);
// Does it: tombstones, envelopes nulled, WAL truncated, blobs overwritten and unlinked, directory fsync, ledger, rows gone.
// Error(temp_fail) when the WAL stays busy; Error(breaker) when more than policy's purge.max_share would go that are not at their ceiling.
struct PurgeCounts { std::uint64_t cases = 0, spool_files = 0, orphan_blobs = 0, pending_rows = 0; };
PurgeCounts run_purge(CaseStore&, ledger::Ledger&, const policy::Policy&, const PurgePlan&, base::Instant now);
// One case at once (rejected, upheld complaint).
void purge_case(CaseStore&, ledger::Ledger&, const base::CaseId&, std::string_view reason, const law::Refusal& rule);
// After a purge: cases, blobs, spool files that ought to be gone and are not.
std::vector<std::string> verify_purged(CaseStore&, const policy::Policy&, base::Instant now);

}  // namespace proviso::vault
