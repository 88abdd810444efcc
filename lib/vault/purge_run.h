// One run of purge, with a policy or, on the day that it is broken, without: then the ceilings that
// the cases carry are all that is applied.
#pragma once

#include <string>
#include <vector>

#include "law/instrument.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "vault/case_store.h"
#include "vault/purge.h"

namespace proviso::vault {

// Policy and law may be null, both or neither. What it is given must outlive it.
class PurgeRun {
 public:
  PurgeRun(CaseStore& store, ledger::Ledger& ledger, const policy::Policy* policy,
           const law::Resolved* law)
      : store_(store), ledger_(ledger), policy_(policy), law_(law) {}

  // plan_purge() or plan_ceilings(). `horizon`: an ISO 8601 duration, or empty for the policy's
  // purge.every. Error(usage).
  PurgePlan plan(bool confirm_clock, const std::string& horizon) const;
  // run_purge() or run_ceilings().
  PurgeCounts run(const PurgePlan&) const;
  // What ought to be gone and is not. Error(usage) without a policy.
  std::vector<std::string> leftovers() const;

 private:
  CaseStore& store_;
  ledger::Ledger& ledger_;
  const policy::Policy* policy_;
  const law::Resolved* law_;
};

}  // namespace proviso::vault
