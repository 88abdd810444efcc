// audit: verifies and queries the ledger.  proviso-audit(1)
#include <fmt/core.h>

#include "cli/app.h"
#include "ledger/audit_listing.h"
#include "ledger/events.h"
#include "ledger/ledger.h"

namespace {

using namespace proviso;

struct Settings {
  cli::LedgerPlace place;  // with both of its members an auditor needs no policy
  std::string since, digest, from, to;
  ledger::Query query;
  std::uint64_t index = 0, old_size = 0, new_size = 0;
  bool all = false;
};

base::ExitCode verify(cli::Context& context, const Settings& s) {
  const auto& ledger = context.ledger_to_read(s.place);
  context.log().summary(ledger::verified(ledger, context.ledger_public_key(s.place), s.since));
  return base::ExitCode::ok;
}

base::ExitCode prove(cli::Context& context, const Settings& s) {
  return context.answer(ledger::inclusion_text(context.ledger_to_read(s.place), s.index));
}

base::ExitCode consistency(cli::Context& context, const Settings& s) {
  const ledger::Ledger& ledger = context.ledger_to_read(s.place);
  return context.answer(ledger::consistency_text(ledger, s.old_size, s.new_size));
}

base::ExitCode query(cli::Context& context, const Settings& s) {
  const auto print = [&](std::string_view line) { return context.print(line); };
  ledger::list_entries(context.ledger_to_read(s.place), s.query, s.from, s.to, print);
  return base::ExitCode::ok;
}

base::ExitCode access(cli::Context& context, const Settings& s) {
  Settings of_case = s;
  of_case.query.event = ledger::event::kCaseAccessed;
  return query(context, of_case);
}

base::ExitCode show(cli::Context& context, const Settings& s) {
  return context.answer(ledger::document(context.ledger_to_read(s.place), s.digest));
}

base::ExitCode balance(cli::Context& context, const Settings& s) {
  base::ExitCode code = base::ExitCode::ok;
  for (const auto& found : ledger::balances(context.ledger_to_read(s.place), s.query.run, s.all)) {
    context.print(ledger::to_text(found) + "\n");
    if (found.unaccounted() == 0) continue;
    const std::string words = ledger::unaccounted_text(found);
    found.open ? context.log().warning(words, found.run) : context.log().error(words, found.run);
    if (!found.open) code = base::ExitCode::check_failed;
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("audit", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    app.description("Verify and query the ledger.");
    app.option("--ledger", s.place.directory, "ledger directory, in place of the policy's");
    app.option("--ledger-key", s.place.key,
               "the ledger's public key (PEM), in place of the policy's");
    app.command("verify", "find any changed, removed, re-ordered or cut entry", verify, s)
        .option("--since", s.since,
                "FILE of a checkpoint that the log must extend; it then gets the newest");
    app.command("prove", "inclusion proof of entry N (RFC 6962)", prove, s).argument("N", s.index);
    auto sizes = app.command("consistency", "consistency proof between two sizes (RFC 6962)",
                             consistency, s);
    sizes.argument("OLD", s.old_size);
    sizes.option("NEW", s.new_size, "default: now");
    auto queried = app.command("query", "entries, NDJSON", query, s);
    queried.option("--event", s.query.event);
    queried.option("--run", s.query.run);
    queried.option("--case", s.query.case_id);
    queried.option("--tool", s.query.tool);
    queried.option("--from", s.from, "at or after this instant");
    queried.option("--to", s.to, "before this instant");
    app.command("show", "a kept document, by its digest", show, s).argument("DIGEST", s.digest);
    auto balanced =
        app.command("balance", "prove in = out + dropped + errors of a run", balance, s);
    balanced.option("RUN", s.query.run);
    balanced.flag("--all", s.all, "every run");
    app.command("access", "who looked at a case, when, for what", access, s)
        .argument("CASE", s.query.case_id);
    app.command("export", "every entry, NDJSON", query, s);
    return app.chosen();
  });
}
