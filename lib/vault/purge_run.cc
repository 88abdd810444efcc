#include "vault/purge_run.h"

#include "base/error.h"
#include "base/instant.h"

namespace proviso::vault {

namespace {

base::Period read_horizon(const std::string& text) {
  const auto period = base::parse_period(text);
  if (!period) {
    throw base::Error(base::ExitCode::usage, "is no ISO 8601 duration such as PT1H",
                      "--horizon " + text);
  }
  return *period;
}

}  // namespace

PurgePlan PurgeRun::plan(bool confirm_clock, const std::string& horizon) const {
  PurgeOptions options;
  options.confirm_clock = confirm_clock;
  if (!horizon.empty())
    options.horizon = read_horizon(horizon);
  else if (policy_ != nullptr)
    options.horizon = policy_->purge_every;
  return policy_ != nullptr ? plan_purge(store_, ledger_, *policy_, *law_, base::now(), options)
                            : plan_ceilings(store_, ledger_, base::now(), options);
}

PurgeCounts PurgeRun::run(const PurgePlan& plan) const {
  return policy_ != nullptr ? run_purge(store_, ledger_, *policy_, plan, base::now())
                            : run_ceilings(store_, ledger_, plan, base::now());
}

std::vector<std::string> PurgeRun::leftovers() const {
  if (policy_ == nullptr) throw base::Error(base::ExitCode::usage, "needs a policy", "--verify");
  return verify_purged(store_, *policy_, base::now());
}

}  // namespace proviso::vault
