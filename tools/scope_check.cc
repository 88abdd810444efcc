// scope-check: which items may be processed at all.  proviso-scope-check(1)
#include <fmt/format.h>

#include "base/file.h"
#include "cli/app.h"
#include "stage/scope/scope.h"
#include "stage/scope/scope_explanation.h"

namespace {

using namespace proviso;

// Each batch looks at the gate and makes its counts durable: with more records in it, that costs
// each of them less.
constexpr std::size_t kMaxBatch = 2048;

struct Settings {
  stage::ScopeSettings scope;
  std::string instrument, compare;
};

law::Resolved law_under(policy::Policy policy, const std::string& instrument) {
  if (!instrument.empty()) policy.instrument = instrument;
  return policy::resolve_law(policy);
}

base::ExitCode compare(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  const ledger::Ledger& ledger = context.ledger();
  const law::Resolved first_law = law_under(policy, settings.instrument);
  const law::Resolved second_law = law_under(policy, settings.compare);
  gate::Gate first(policy, first_law, &ledger);
  gate::Gate second(policy, second_law, &ledger);
  stage::ScopeComparison comparison(first, second);
  const base::ExitCode code = context.stream(comparison, {});
  context.print(comparison.table());
  return code;
}

base::ExitCode scope_check(cli::Context& context, const stage::ScopeSettings& settings) {
  if (settings.historical && (!settings.dry_run || settings.jobs != 1)) {
    throw base::Error(base::ExitCode::usage, "it looks back only: give --dry-run, and no --jobs",
                      "--historical");
  }
  const policy::Policy& policy = context.policy();
  ledger::Ledger& ledger = context.ledger();
  const law::Resolved& law = context.law_with_note();
  gate::Gate gate(policy, law, &ledger);
  stage::Scope scope(gate, ledger, settings);
  ndjson::StreamOptions options;
  options.jobs = settings.jobs;
  options.max_batch = kMaxBatch;
  const base::ExitCode code = context.stream(scope, options);
  if (settings.explain && !scope.explained()) {
    throw base::Error(base::ExitCode::no_input,
                      fmt::format("no item '{}' on standard input", *settings.explain),
                      "--explain");
  }
  if (settings.dry_run && !settings.explain && !context.log().quiet) {
    base::write_all(2, stage::table(scope.totals(), law), "standard error");
  }
  return code;
}

base::ExitCode act(cli::Context& context, Settings& settings) {
  if (!settings.compare.empty()) return compare(context, settings);
  if (!settings.instrument.empty()) {
    throw base::Error(base::ExitCode::usage,
                      "goes with --compare; the policy names the text that decides",
                      "--instrument");
  }
  if (settings.scope.explain) settings.scope.dry_run = true;
  return scope_check(context, settings.scope);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("scope-check", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    stage::ScopeSettings& scope = settings->scope;
    setup.app.description(
        "Let through the items of standard input that the law in force and the policy put in "
        "scope.");
    setup.app.add_option("--rejects", scope.rejects,
                         "write id and rule of each refused item to FILE");
    setup.app.add_flag(
        "--dry-run", scope.dry_run,
        "decide and print, with a table of refusals; count, unlink and record nothing");
    setup.app.add_flag("--historical", scope.historical,
                       "with --dry-run: judge each item by the day in its sent_at");
    setup.app
        .add_option("--explain", scope.explain,
                    "tell why the item with this id is let through or not, and nothing else")
        ->type_name("ID");
    setup.app
        .add_option("--compare", settings->compare,
                    "a table of what another text would decide; records nothing")
        ->type_name("INSTRUMENT");
    setup.app
        .add_option("--instrument", settings->instrument,
                    "with --compare: instead of the policy's text")
        ->type_name("INSTRUMENT");
    setup.app.add_option("--jobs", scope.jobs, "threads")->check(CLI::Range(1u, 256u));
    setup.schema_in = "item";
    setup.schema_out = "scope";
    setup.action = [settings](cli::Context& context) { return act(context, *settings); };
  });
}
