// audit: verifies and queries the ledger.  proviso-audit(1)
#include <fmt/format.h>

#include "base/file.h"
#include "cli/app.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "ledger/audit.h"
#include "ledger/events.h"

namespace {

using namespace proviso;

struct Settings {
  std::string ledger, ledger_key, since, digest, run, case_id, event, tool, from, to, output;
  std::uint64_t index = 0, old_size = 0, new_size = 0;
  bool all = false;
};

base::ExitCode verify(cli::Context& context, const Settings& settings, const ledger::Ledger& ledger,
                      const crypto::PublicKey& key) {
  std::optional<std::string> remembered;
  if (!settings.since.empty()) remembered = base::read_file(settings.since);
  const ledger::Verification result = ledger::verify(ledger, key, remembered);
  if (!result.findings.empty()) throw base::Error(base::ExitCode::check_failed, result.findings);
  context.log().summary(fmt::format(
      "{}: {} entries, root {}, as signed{}", result.checkpoint.origin, result.checkpoint.size,
      crypto::base64(result.checkpoint.root),
      result.unacknowledged_bytes == 0 ? ""
                                       : fmt::format("; {} bytes behind it were never acknowledged",
                                                     result.unacknowledged_bytes)));
  return base::ExitCode::ok;
}

json::OrderedJson hex_list(const std::vector<base::Sha256>& hashes) {
  json::OrderedJson list = json::OrderedJson::array();
  for (const base::Sha256& hash : hashes) list.push_back(base::to_hex(hash));
  return list;
}

base::ExitCode prove(cli::Context& context, const Settings& settings,
                     const ledger::Ledger& ledger) {
  const auto leaves = ledger::leaves(ledger);
  if (settings.index >= leaves.size())
    throw base::Error(base::ExitCode::usage, fmt::format("the log has {} entries", leaves.size()),
                      "N");
  const json::OrderedJson proof{
      {"index", settings.index},
      {"size", leaves.size()},
      {"leaf", base::to_hex(leaves[settings.index])},
      {"root", base::to_hex(ledger::tree_hash(leaves))},
      {"proof", hex_list(ledger::inclusion_proof(leaves, settings.index))}};
  context.print(proof.dump(2) + "\n");
  return base::ExitCode::ok;
}

base::ExitCode consistency(cli::Context& context, const Settings& settings,
                           const ledger::Ledger& ledger) {
  const auto leaves = ledger::leaves(ledger);
  const std::uint64_t size = settings.new_size == 0 ? leaves.size() : settings.new_size;
  if (settings.old_size == 0 || settings.old_size > size || size > leaves.size()) {
    throw base::Error(base::ExitCode::usage,
                      fmt::format("sizes 1 to {} in order were expected", leaves.size()),
                      "OLD NEW");
  }
  const std::span<const base::Sha256> all(leaves);
  const json::OrderedJson proof{
      {"old_size", settings.old_size},
      {"old_root", base::to_hex(ledger::tree_hash(all.first(settings.old_size)))},
      {"size", size},
      {"root", base::to_hex(ledger::tree_hash(all.first(size)))},
      {"proof", hex_list(ledger::consistency_proof(all.first(size), settings.old_size))}};
  context.print(proof.dump(2) + "\n");
  return base::ExitCode::ok;
}

base::ExitCode print_matching(cli::Context& context, const ledger::Query& query,
                              const ledger::Ledger& ledger) {
  ledger.read(0, [&](const ledger::StoredEntry& entry) {
    return !query.matches(entry) || context.print(ledger::to_text(entry) + "\n");
  });
  return base::ExitCode::ok;
}

std::optional<base::Instant> instant(const std::string& text, const char* option) {
  if (text.empty()) return std::nullopt;
  const auto parsed = base::parse_instant(text);
  if (!parsed)
    throw base::Error(base::ExitCode::usage, fmt::format("'{}' is no RFC 3339 instant", text),
                      option);
  return parsed;
}

base::ExitCode show(cli::Context& context, const Settings& settings, const ledger::Ledger& ledger) {
  if (settings.digest.size() != 64 || !base::from_hex(settings.digest)) {
    throw base::Error(base::ExitCode::usage, "64 hex digits were expected", "DIGEST");
  }
  context.print(base::read_file(ledger.directory() / "documents" / settings.digest));
  return base::ExitCode::ok;
}

base::ExitCode balance(cli::Context& context, const Settings& settings,
                       const ledger::Ledger& ledger) {
  std::vector<std::string> runs =
      settings.all ? ledger::runs(ledger) : std::vector<std::string>{settings.run};
  if (!settings.all && settings.run.empty())
    throw base::Error(base::ExitCode::usage, "a run or --all was expected", "RUN");
  base::ExitCode code = base::ExitCode::ok;
  for (const std::string& run : runs) {
    const ledger::Balance found = ledger::balance(ledger, run);
    if (found.in == 0 && found.dropped_at_scope == 0 && !settings.all)
      throw base::Error(base::ExitCode::no_input, "the ledger knows no such run", run);
    context.print(ledger::to_text(found) + "\n");
    if (found.unaccounted() == 0) continue;
    if (found.open) {
      context.log().warning("the run is in progress; what is on its way is not accounted for yet",
                            run);
    } else {
      context.log().error(
          fmt::format("{} of {} items are not accounted for{}", found.unaccounted(), found.in,
                      found.unclean ? "; a stage died, figures may be off by one group" : ""),
          run);
      code = base::ExitCode::check_failed;
    }
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("audit", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description("Verify and query the ledger.");
    setup.app.require_subcommand(1);
    setup.app.add_option("--ledger", settings->ledger,
                         "ledger directory, in place of the policy's");
    setup.app.add_option("--ledger-key", settings->ledger_key,
                         "the ledger's public key (PEM), in place of the policy's");
    CLI::App* const verify_app =
        setup.app.add_subcommand("verify", "find any changed, removed, re-ordered or cut entry");
    verify_app->add_option("--since", settings->since,
                           "a checkpoint remembered elsewhere: the log must extend it");
    CLI::App* const prove_app =
        setup.app.add_subcommand("prove", "inclusion proof of entry N (RFC 6962)");
    prove_app->add_option("N", settings->index)->required();
    CLI::App* const consistency_app =
        setup.app.add_subcommand("consistency", "consistency proof between two sizes (RFC 6962)");
    consistency_app->add_option("OLD", settings->old_size)->required();
    consistency_app->add_option("NEW", settings->new_size, "default: now");
    CLI::App* const query_app = setup.app.add_subcommand("query", "entries, NDJSON");
    query_app->add_option("--event", settings->event);
    query_app->add_option("--run", settings->run);
    query_app->add_option("--case", settings->case_id);
    query_app->add_option("--tool", settings->tool);
    query_app->add_option("--from", settings->from, "at or after this instant");
    query_app->add_option("--to", settings->to, "before this instant");
    CLI::App* const show_app = setup.app.add_subcommand("show", "a kept document, by its digest");
    show_app->add_option("DIGEST", settings->digest)->required();
    CLI::App* const balance_app =
        setup.app.add_subcommand("balance", "prove in = out + dropped + errors of a run");
    balance_app->add_option("RUN", settings->run);
    balance_app->add_flag("--all", settings->all, "every run");
    CLI::App* const access_app =
        setup.app.add_subcommand("access", "who looked at a case, when, for what");
    access_app->add_option("CASE", settings->case_id)->required();
    CLI::App* const export_app = setup.app.add_subcommand("export", "every entry, NDJSON");
    setup.action = [=](cli::Context& context) {
      if (!settings->ledger.empty() && !settings->ledger_key.empty())
        context.set_clock_without_policy();
      // With --ledger and --ledger-key an auditor needs no policy.
      const cli::LedgerPlace place{settings->ledger, settings->ledger_key};
      const ledger::Ledger& ledger = context.ledger_to_read(place);
      if (verify_app->parsed())
        return verify(context, *settings, ledger, context.ledger_public_key(place));
      if (prove_app->parsed()) return prove(context, *settings, ledger);
      if (consistency_app->parsed()) return consistency(context, *settings, ledger);
      if (show_app->parsed()) return show(context, *settings, ledger);
      if (balance_app->parsed()) return balance(context, *settings, ledger);
      ledger::Query query;
      if (query_app->parsed()) {
        query = {settings->event,
                 settings->run,
                 settings->case_id,
                 settings->tool,
                 instant(settings->from, "--from"),
                 instant(settings->to, "--to")};
      } else if (access_app->parsed()) {
        query.event = ledger::event::kCaseAccessed;
        query.case_id = settings->case_id;
      }
      static_cast<void>(export_app);
      return print_matching(context, query, ledger);
    };
  });
}
