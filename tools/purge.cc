// purge: destroys cases at their end, keys and bytes, and abandoned spool files.  proviso-purge(1)
#include <unistd.h>

#include "cli/app.h"
#include "law/instrument.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "vault/purge_listing.h"
#include "vault/purge_run.h"

namespace {

using namespace proviso;

struct Settings {
  bool dry_run = false, confirm_clock = false, verify = false, status = false;
  std::string horizon, format = "auto";
  std::string vault, ledger, ledger_key;  // all three: without a policy
};

vault::CaseStore open_vault(cli::Context& context, const Settings& s) {
  if (s.vault.empty()) {
    const policy::Policy& policy = context.policy();
    context.law();
    return vault::CaseStore::open(policy.vault, context.ledger(), policy.rehearsal);
  }
  context.set_clock_without_policy();
  const bool rehearsal = vault::CaseStore::is_rehearsal(s.vault);
  if (base::clock_is_set() && !rehearsal)
    throw base::Error(base::ExitCode::config, "is a production vault, so the clock cannot be set",
                      s.vault);
  return vault::CaseStore::open(s.vault, context.ledger({s.ledger, s.ledger_key}, rehearsal),
                                rehearsal);
}

base::ExitCode purge(cli::Context& context, const Settings& s) {
  vault::CaseStore store = open_vault(context, s);
  const policy::Policy* const policy = s.vault.empty() ? &context.policy() : nullptr;
  const law::Resolved* const law = policy != nullptr ? &context.law() : nullptr;
  const vault::PurgeRun run(store, context.ledger(), policy, law);
  const auto print = [&](std::string_view line) { context.print(line); };
  if (s.status) {
    print(vault::status_line(store));
    return base::ExitCode::ok;
  }
  if (s.verify) {
    const auto leftovers = run.leftovers();
    for (const std::string& each : leftovers) print(each + "\n");
    context.log().summary(std::to_string(leftovers.size()) + " leftovers");
    return leftovers.empty() ? base::ExitCode::ok : base::ExitCode::check_failed;
  }
  const vault::PurgePlan plan = run.plan(s.confirm_clock, s.horizon);
  if (s.dry_run) {
    const bool table = s.format == "table" || (s.format == "auto" && ::isatty(STDOUT_FILENO) == 1);
    vault::list_plan(plan, law, table ? vault::PlanForm::table : vault::PlanForm::ndjson, print);
    context.log().summary(vault::summary_of(plan));
    return base::ExitCode::ok;
  }
  if (plan.clock_confirmed)
    context.log().warning("the clock was implausible and is confirmed; this is recorded");
  const vault::PurgeCounts counts = run.run(plan);
  context.write_stats(vault::figures_line(counts, plan.kept.size()));
  context.log().summary(vault::summary_of(counts, plan.kept.size()));
  if (policy != nullptr) return base::ExitCode::ok;
  throw base::Error(
      base::ExitCode::config,
      "only ceilings were applied: the policy's own periods and the spool need a policy",
      "purge --vault");
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("purge", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    app.description(
        "Destroy the cases that reached their end, and files left unscanned in the spool.");
    app.flag("--dry-run", s.dry_run, "print what would go, with reason, rule and citation");
    app.flag("--confirm-clock", s.confirm_clock,
             "go on although the clock is implausible; recorded");
    app.option("--horizon", s.horizon,
               "also purge what ends within PERIOD (ISO 8601); purge.every unless given");
    const auto verify =
        app.flag("--verify", s.verify, "print what ought to be gone and is not; exit 1 if any");
    app.flag("--status", s.status, "print the number of cases by state and the next end")
        .excludes(verify);
    app.option("--format", s.format, "of --dry-run")
        .check(cli::one_of({"auto", "ndjson", "table"}));
    auto vault = app.option("--vault", s.vault, "work without a policy: the vault");
    auto ledger = app.option("--ledger", s.ledger, "its ledger");
    auto key = app.option("--ledger-key", s.ledger_key, "key URI of the ledger");
    vault.needs(ledger, key);
    ledger.needs(vault);
    key.needs(vault);
    return [&s](cli::Context& context) { return purge(context, s); };
  });
}
