// retain: hits become sealed cases, everything else is erased.  proviso-retain(1)
#include "stage/retain/retain.h"
#include "cli/app.h"

namespace {

using namespace proviso;

base::ExitCode retain(cli::Context& context, const stage::RetainSettings& settings,
                      const ndjson::StreamOptions& options) {
  const policy::Policy& policy = context.policy();
  ledger::Ledger& ledger = context.ledger();
  const law::Resolved& law = context.law_with_note();
  gate::Gate gate(policy, law, &ledger);
  stage::Retain stage(gate, ledger, settings);
  return context.stream(stage, options);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("retain", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<stage::RetainSettings>();
    auto options = std::make_shared<ndjson::StreamOptions>();
    setup.app.description(
        "Seal the hits of standard input into the vault and erase everything else.");
    setup.app.add_flag("--ack", settings->ack,
                       "print a line for each erased item too, without its hashes");
    setup.app.add_option("--jobs", options->jobs, "threads")->check(CLI::Range(1u, 256u));
    setup.app.add_option("--max-line", options->max_line, "longest line in bytes")
        ->check(CLI::Range(std::size_t{1024}, ndjson::kMaxLineBytes));
    setup.schema_in = "match";
    setup.schema_out = "retain";
    setup.action = [settings, options](cli::Context& context) {
      return retain(context, *settings, *options);
    };
  });
}
