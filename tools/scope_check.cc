// scope-check: which items may be processed at all.  proviso-scope-check(1)
#include "cli/app.h"
#include "crypto/keys.h"
#include "stage/scope.h"

namespace {

using namespace proviso;

base::ExitCode scope_check(cli::Context& context, const stage::ScopeSettings& settings) {
  const policy::Policy& policy = context.policy();
  const auto key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::open(policy.ledger_key));
  ledger::Ledger ledger = ledger::Ledger::open_to_append(policy.ledger, key, policy.rehearsal);
  const law::Resolved law = policy::resolve_law(policy);
  gate::Gate gate(policy, law, &ledger);
  stage::Scope scope(gate, ledger, settings);
  ndjson::StreamOptions options;
  options.jobs = settings.jobs;
  return context.stream(scope, options);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("scope-check", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<stage::ScopeSettings>();
    setup.app.description("Let through the items of standard input that the law in force and the policy put in scope.");
    setup.app.add_option("--rejects", settings->rejects, "write id and rule of each refused item to FILE");
    setup.app.add_flag("--dry-run", settings->dry_run, "decide and print; count, unlink and record nothing");
    setup.app.add_option("--jobs", settings->jobs, "threads")->check(CLI::Range(1u, 256u));
    setup.schema_in = "item";
    setup.schema_out = "scope";
    setup.action = [settings](cli::Context& context) { return scope_check(context, *settings); };
  });
}
