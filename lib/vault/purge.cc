#include "vault/purge.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "crypto/random.h"
#include "ledger/checkpoint_copy.h"
#include "ledger/facts.h"
#include "vault/blob.h"
#include "vault/fault.h"
#include "vault/outbox.h"
#include "vault/purge_parts.h"

namespace proviso::vault {
namespace {

constexpr std::size_t kPurgeGroup = 256;

std::unique_ptr<Lease> lease_of(const CaseStore& store, bool wait) {
  std::unique_ptr<Lease> lease = store.database().lease(wait);
  if (!lease)
    throw base::Error(base::ExitCode::temp_fail, "another purge is at work",
                      store.directory().string());
  return lease;
}

Burial burial_of(const PlannedCase& planned) {
  return Burial{planned.id,     planned.state, planned.due,     crypto::random_hex(16),
                planned.reason, planned.rule,  planned.citation};
}

// Nothing of the keys may stay behind in the database's files.
void scrub(const CaseStore& store) {
  if (store.database().scrub()) return;
  throw base::Error(base::ExitCode::temp_fail,
                    "its write-ahead log is busy, so no key is surely gone yet",
                    store.directory().string(), "run purge again: it goes on where it stopped");
}

ledger::Entry purged_entry(const Tombstone& tombstone) {
  return to_entry(
      ledger::CasePurged{tombstone.id, tombstone.reason, tombstone.rule, tombstone.state}, "purge",
      {}, tombstone.event_id);
}

void destroy_blobs(const CaseStore& store, const std::string& blob, const std::string& evidence) {
  if (!blob.empty()) destroy_blob(store.blobs().descriptor(), blob);
  if (!evidence.empty()) destroy_blob(store.blobs().descriptor(), evidence);
}

// This host reaches its own blobs and its own ledger alone: it says of no other case that it is
// gone.
bool is_ours(const CaseStore& store, const Tombstone& one) {
  return one.store == kLocalStore && one.origin == store.origin();
}

void purge_group(const CaseStore& store, ledger::Ledger& ledger, std::span<const PlannedCase> group,
                 base::Instant now, PurgeCounts& counts) {
  const std::uint64_t ledger_size = store.ledger_size();
  std::vector<Burial> burials;
  std::set<std::string> new_ids;
  for (const PlannedCase& planned : group) {
    burials.push_back(burial_of(planned));
    new_ids.insert(burials.back().event_id);
  }
  std::vector<Tombstone> buried = store.database().bury(burials, now);
  counts.elsewhere +=
      std::erase_if(buried, [&](const Tombstone& one) { return !is_ours(store, one); });
  fault::at("purge.tombstones", store.rehearsal());
  scrub(store);
  fault::at("purge.truncated", store.rehearsal());
  for (const Tombstone& one : buried) {
    destroy_blobs(store, one.blob, one.evidence_blob);
    fault::at("purge.blob", store.rehearsal());
  }
  store.blobs().sync();
  fault::at("purge.blobs", store.rehearsal());

  std::vector<ledger::Entry> entries;
  std::vector<base::CaseId> ids;
  for (const Tombstone& one : buried) {
    entries.push_back(purged_entry(one));
    // A tombstone of a purge that was killed may have its entry anywhere.
    entries.back().id_since = new_ids.contains(one.event_id) ? ledger_size : 0;
    ids.push_back(one.id);
  }
  if (!entries.empty()) ledger.append(entries);
  fault::at("purge.ledger", store.rehearsal());
  store.database().forget(ids);
  fault::at("purge.rows", store.rehearsal());
  counts.cases += buried.size();
}

void purge_all(const CaseStore& store, ledger::Ledger& ledger, std::span<const PlannedCase> cases,
               base::Instant now, PurgeCounts& counts) {
  for (std::size_t from = 0; from < cases.size(); from += kPurgeGroup) {
    purge_group(store, ledger, cases.subspan(from, std::min(kPurgeGroup, cases.size() - from)), now,
                counts);
  }
}

base::Finding finding_of_others(const CaseStore& store, const PurgeCounts& counts) {
  return {store.directory().string(),
          fmt::format("{} cases belong to another host: their keys are destroyed, the rest is for "
                      "that host's purge",
                      counts.elsewhere)};
}

void sweep(const CaseStore& store, base::Instant now, PurgeCounts& counts) {
  CaseDatabase& database = store.database();
  each_abandoned(database, [&](std::span<const Abandoned> page) {
    std::vector<base::CaseId> ids;
    for (const Abandoned& row : page) {
      if (row.store != kLocalStore) continue;  // its own host sweeps it
      destroy_blobs(store, row.blob, row.evidence_blob);
      ids.push_back(row.id);
    }
    database.withdraw(ids);
    counts.pending_rows += ids.size();
  });
  for (const std::string& name : orphan_blobs(store)) {
    if (destroy_blob(store.blobs().descriptor(), name)) ++counts.orphan_blobs;
  }
  store.blobs().sync();
  database.sweep_replays(now);
}

// Of a clock that was confirmed. If it is behind the last entry, that one was wrong.
void record_clock(ledger::Ledger& ledger, base::Instant now) {
  const auto last = ledger.last();
  if (last && now < last->time)
    ledger.append(to_entry(ledger::ClockCorrected{last->time, now}, "purge"));
  else
    ledger.append(to_entry(ledger::ClockConfirmed{now}, "purge"));
}

PurgeCounts run(CaseStore& store, ledger::Ledger& ledger, const policy::Policy* policy,
                const PurgePlan& plan, base::Instant now) {
  const std::unique_ptr<Lease> lease = lease_of(store, false);
  if (plan.clock_confirmed) {
    record_clock(ledger, now);
  }
  // The law's ends and what people decided first; what the policy alone ends may be held back.
  std::vector<PlannedCase> bound, by_policy;
  for (const PlannedCase& planned : plan.cases) {
    const bool is_bound = planned.at_ceiling || planned.reason != PurgeReason::expired;
    (is_bound ? bound : by_policy).push_back(planned);
  }
  PurgeCounts counts;
  purge_all(store, ledger, bound, now, counts);
  sweep(store, now, counts);
  if (policy != nullptr) counts.spool_files = spool::remove_leftovers(policy->spool, plan.spool);

  const bool tripped = policy != nullptr && policy->purge_max_share &&
                       by_policy.size() > kBreakerFloor &&
                       static_cast<double>(by_policy.size()) >
                           *policy->purge_max_share * static_cast<double>(plan.all_cases);
  if (!tripped) purge_all(store, ledger, by_policy, now, counts);

  ledger.append(to_entry(
      ledger::PurgeRun{counts.cases, counts.spool_files, counts.orphan_blobs, counts.pending_rows,
                       plan.kept.size(), tripped ? by_policy.size() : 0, policy != nullptr},
      "purge"));
  keep_copy(ledger, store.directory());

  if (tripped) {
    throw base::Error(
        base::ExitCode::breaker,
        fmt::format(
            "{} of {} cases would go that are not at their ceiling, more than purge.max_share {}",
            by_policy.size(), plan.all_cases, *policy->purge_max_share),
        "purge",
        "look at 'proviso purge --dry-run'; if it is right, raise purge.max_share for this run");
  }
  if (!plan.unreadable.empty() || counts.elsewhere > 0) {
    std::vector<base::Finding> findings;
    if (counts.elsewhere > 0) findings.push_back(finding_of_others(store, counts));
    for (const std::string& folder : plan.unreadable) findings.push_back({"spool", folder});
    throw base::Error(base::ExitCode::io, std::move(findings));
  }
  return counts;
}

}  // namespace

PurgeCounts run_purge(CaseStore& store, ledger::Ledger& ledger, const policy::Policy& policy,
                      const PurgePlan& plan, base::Instant now) {
  return run(store, ledger, &policy, plan, now);
}

PurgeCounts run_ceilings(CaseStore& store, ledger::Ledger& ledger, const PurgePlan& plan,
                         base::Instant now) {
  return run(store, ledger, nullptr, plan, now);
}

void purge_case(CaseStore& store, ledger::Ledger& ledger, const base::CaseId& id,
                PurgeReason reason, const law::Refusal& rule) {
  const std::unique_ptr<Lease> lease = lease_of(store, true);
  const std::optional<CaseRow> row = store.find(id);
  if (!row)
    throw base::Error(base::ExitCode::no_input, "there is no such case", "case " + id.value);
  PlannedCase one;
  one.id = id;
  one.reason = reason;
  one.rule = rule.rule;
  one.citation = rule.citation;
  one.due = row->expires_at;
  one.state = row->state;
  PurgeCounts counts;
  purge_group(store, ledger, std::span<const PlannedCase>(&one, 1), base::now(), counts);
  if (counts.elsewhere > 0)
    throw base::Error(base::ExitCode::io, {finding_of_others(store, counts)});
}

}  // namespace proviso::vault
