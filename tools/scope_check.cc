// scope-check: decides which items may be processed at all.  proviso-scope-check(1)
#include "stage/scope/scope.h"

#include <fmt/core.h>

#include "base/file.h"
#include "cli/app.h"
#include "ledger/counts.h"
#include "stage/scope/scope_explanation.h"

namespace {

using namespace proviso;

// Each batch looks at the gate: with more records in it, that costs each of them less.
constexpr std::size_t kMaxBatch = 2048;

struct Settings {
  stage::ScopeSettings scope;
  std::string instrument, compare;
};

law::Resolved law_under(policy::Policy policy, const std::string& instrument) {
  if (!instrument.empty()) policy.instrument = instrument;
  return policy::resolve_law(policy);
}

base::ExitCode compare(cli::Context& context, const Settings& s) {
  const policy::Policy& policy = context.policy();
  const ledger::Ledger& ledger = context.ledger();
  const law::Resolved first_law = law_under(policy, s.instrument);
  const law::Resolved second_law = law_under(policy, s.compare);
  gate::Gate first(policy, first_law, &ledger);
  gate::Gate second(policy, second_law, &ledger);
  stage::ScopeComparison comparison(first, second);
  const base::ExitCode code = context.stream(comparison, {});
  context.print(comparison.table());
  return code;
}

// What the options say together; Error(usage) where they do not go together.
stage::ScopeSettings resolve(const Settings& s) {
  stage::ScopeSettings scope = s.scope;
  if (!s.instrument.empty())
    throw base::Error(base::ExitCode::usage,
                      "goes with --compare; the policy names the text that decides",
                      "--instrument");
  if (scope.explain) scope.dry_run = true;
  if (scope.historical && (!scope.dry_run || scope.jobs != 1))
    throw base::Error(base::ExitCode::usage, "it looks back only: give --dry-run, and no --jobs",
                      "--historical");
  return scope;
}

base::ExitCode scope_check(cli::Context& context, const stage::ScopeSettings& s) {
  const policy::Policy& policy = context.policy();
  ledger::Ledger& ledger = context.ledger();
  const law::Resolved& law = context.law_with_note();
  gate::Gate gate(policy, law, &ledger);
  stage::Scope scope(gate, ledger, s);
  ndjson::StreamOptions options;
  options.jobs = s.jobs;
  options.max_batch = kMaxBatch;
  options.max_group = ledger::group_items(scope.name());
  const base::ExitCode code = context.stream(scope, options);
  if (s.explain && !scope.explained())
    throw base::Error(base::ExitCode::no_input,
                      fmt::format("no item '{}' on standard input", *s.explain), "--explain");
  if (s.dry_run && !s.explain && !context.log().quiet)
    base::write_all(2, stage::table(scope.totals(), law), "standard error");
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("scope-check", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    app.description(
        "Let through the items of standard input that the law in force and the policy put in "
        "scope.");
    app.option("--rejects", s.scope.rejects, "write id and rule of each refused item to FILE");
    app.flag("--dry-run", s.scope.dry_run,
             "decide and print, with a table of refusals; count, unlink and record nothing");
    app.flag("--historical", s.scope.historical,
             "with --dry-run: judge each item by the day in its sent_at");
    app.option("--explain", s.scope.explain,
               "print why the item with this id is let through or not, and nothing else")
        .type_name("ID");
    app.option("--compare", s.compare, "a table of what another text would decide; records nothing")
        .type_name("INSTRUMENT");
    app.option("--instrument", s.instrument, "with --compare: instead of the policy's text")
        .type_name("INSTRUMENT");
    app.option("--jobs", s.scope.jobs, "threads").check(cli::range(1u, 256u));
    app.schemas("item", "scope");
    return [&s](cli::Context& context) {
      return s.compare.empty() ? scope_check(context, resolve(s)) : compare(context, s);
    };
  });
}
