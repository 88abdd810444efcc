// retain: stores hits as sealed cases and erases everything else.  proviso-retain(1)
#include "stage/retain/retain.h"
#include "cli/app.h"
#include "ledger/counts.h"

namespace {

using namespace proviso;

struct Settings {
  stage::RetainSettings retain;
  ndjson::StreamOptions stream;
};

base::ExitCode retain(cli::Context& context, const Settings& s) {
  const policy::Policy& policy = context.policy();
  ledger::Ledger& ledger = context.ledger();
  gate::Gate gate(policy, context.law_with_note(), &ledger);
  stage::Retain stage(gate, ledger, s.retain);
  ndjson::StreamOptions options = s.stream;
  options.max_batch = ledger::group_items(stage.name());
  return context.stream(stage, options);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("retain", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    app.description("Seal the hits of standard input into the vault and erase everything else.");
    app.flag("--ack", s.retain.ack, "print a line for each erased item too, without its hashes");
    app.option("--jobs", s.stream.jobs, "threads").check(cli::range(1u, 256u));
    app.option("--max-line", s.stream.max_line, "longest line in bytes")
        .check(cli::range(std::uint64_t{1024}, std::uint64_t{ndjson::kMaxLineBytes}));
    app.schemas("match", "retain");
    return [&s](cli::Context& context) { return retain(context, s); };
  });
}
