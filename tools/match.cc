// match: looks hashes up in the compiled index.  proviso-match(1)
#include "cli/app.h"
#include "crypto/keys.h"
#include "stage/match.h"

namespace {

using namespace proviso;

base::ExitCode match(cli::Context& context, const stage::MatchSettings& settings, const ndjson::StreamOptions& options) {
  const policy::Policy& policy = context.policy();
  const auto key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::open(policy.ledger_key));
  ledger::Ledger ledger = ledger::Ledger::open_to_append(policy.ledger, key, policy.rehearsal);
  const law::Resolved law = policy::resolve_law(policy);
  if (const auto note = law.unverified_note()) context.log().note(*note);
  gate::Gate gate(policy, law, &ledger);
  stage::Match stage(gate, ledger, settings);
  if (settings.hits_only) context.log().note("only hits are printed: 'proviso retain' behind this could erase no non-hit");
  return context.stream(stage, options);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("match", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<stage::MatchSettings>();
    auto options = std::make_shared<ndjson::StreamOptions>();
    setup.app.description("Look the hashes of standard input up in the compiled index.");
    setup.app.add_flag("--hits", settings->hits_only, "print hits alone, for reading");
    setup.app.add_option("--jobs", options->jobs, "threads")->check(CLI::Range(1u, 256u));
    setup.schema_in = "hash";
    setup.schema_out = "match";
    setup.action = [settings, options](cli::Context& context) { return match(context, *settings, *options); };
  });
}
