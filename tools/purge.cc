// purge: cases at their end, keys and bytes; abandoned spool files.  proviso-purge(1)
#include <fmt/format.h>
#include <unistd.h>

#include "cli/app.h"
#include "vault/purge.h"

namespace {

using namespace proviso;

struct Settings {
  bool dry_run = false, confirm_clock = false, verify = false, status = false;
  std::string horizon, format = "auto";
  std::string vault, ledger, ledger_key;  // all three: without a policy
};

// What purge works on, with or without a policy.
struct Workplace {
  const policy::Policy* policy = nullptr;
  const law::Resolved* law = nullptr;
  ledger::Ledger* ledger = nullptr;
  std::optional<vault::CaseStore> store;
};

Workplace open_workplace(cli::Context& context, const Settings& settings) {
  Workplace place;
  const bool without_policy = !settings.vault.empty();
  bool rehearsal = false;
  if (without_policy) {
    context.set_clock_without_policy();
    rehearsal = vault::CaseStore::is_rehearsal(settings.vault);
    if (base::clock_is_set() && !rehearsal) {
      throw base::Error(base::ExitCode::config, "is a production vault, so the clock cannot be set",
                        settings.vault);
    }
  } else {
    place.policy = &context.policy();
    place.law = &context.law();
    rehearsal = place.policy->rehearsal;
  }
  place.ledger = without_policy ? &context.ledger({settings.ledger, settings.ledger_key}, rehearsal)
                                : &context.ledger();
  place.store.emplace(vault::CaseStore::open(
      without_policy ? std::filesystem::path(settings.vault) : place.policy->vault, *place.ledger,
      rehearsal));
  return place;
}

vault::PurgePlan make_plan(Workplace& place, const vault::PurgeOptions& options) {
  return place.policy ? vault::plan_purge(*place.store, *place.ledger, *place.policy, *place.law,
                                          base::now(), options)
                      : vault::plan_ceilings(*place.store, *place.ledger, base::now(), options);
}

void show_plan(cli::Context& context, const vault::PurgePlan& plan, const law::Resolved* law,
               bool table) {
  const auto put = [&](const std::string& line) { context.print(line + "\n"); };
  const auto show_case = [&](const vault::PurgeReason& reason, bool purged) {
    if (table) {
      put(fmt::format("{:<6} {:<34} {:<16} {:<21} {:<10} {:<6} {}", purged ? "purge" : "keep",
                      reason.id.value, vault::to_string(reason.state), base::to_string(reason.due),
                      reason.reason, reason.rule, reason.citation));
      return;
    }
    const json::Json line = {{purged ? "purge" : "keep", "case"},
                             {"case", reason.id.value},
                             {"state", std::string(vault::to_string(reason.state))},
                             {"due", base::to_string(reason.due)},
                             {"reason", reason.reason},
                             {"rule", reason.rule},
                             {"citation", reason.citation},
                             {"at_ceiling", reason.at_ceiling}};
    put(json::canonical(line));
  };
  if (table) {
    put(fmt::format("{:<6} {:<34} {:<16} {:<21} {:<10} {:<6} {}", "DO", "CASE OR FILE", "STATE",
                    "DUE", "REASON", "RULE", "CITATION"));
  }
  for (const vault::PurgeReason& reason : plan.cases) show_case(reason, true);
  for (const vault::PurgeReason& reason : plan.kept) show_case(reason, false);
  const law::Refusal rule = law != nullptr && !plan.spool.empty()
                                ? law->refusal("ST-01", "nothing is kept unscanned")
                                : law::Refusal{};
  for (const spool::Leftover& leftover : plan.spool) {
    if (table) {
      put(fmt::format("{:<6} {:<34} {:<16} {:<21} {:<10} {:<6} {}", "purge", leftover.file.path,
                      "spool", base::to_string(leftover.modified), "unscanned", rule.rule,
                      rule.citation));
      continue;
    }
    const json::Json line = {
        {"purge", "spool"},         {"path", leftover.file.path},
        {"bytes", leftover.bytes},  {"modified", base::to_string(leftover.modified)},
        {"reason", "unscanned"},    {"rule", rule.rule},
        {"citation", rule.citation}};
    put(json::canonical(line));
  }
}

std::string counts_line(std::string_view verb, std::size_t cases, std::size_t spool,
                        std::uint64_t blobs, std::uint64_t rows, std::size_t kept) {
  return fmt::format(
      "{} {} cases, {} spool files, {} orphan blobs, {} abandoned rows; {} kept past the policy's "
      "period",
      verb, cases, spool, blobs, rows, kept);
}

base::ExitCode verify(cli::Context& context, Workplace& place) {
  if (place.policy == nullptr)
    throw base::Error(base::ExitCode::usage, "needs a policy", "--verify");
  const std::vector<std::string> leftovers =
      vault::verify_purged(*place.store, *place.policy, base::now());
  for (const std::string& leftover : leftovers) context.print(leftover + "\n");
  context.log().summary(fmt::format("{} leftovers", leftovers.size()));
  return leftovers.empty() ? base::ExitCode::ok : base::ExitCode::check_failed;
}

base::ExitCode status(cli::Context& context, Workplace& place) {
  json::Json states = json::Json::object();
  std::uint64_t held = 0;
  const std::vector<vault::CaseRow> rows = place.store->list();
  for (const vault::CaseRow& row : rows) {
    const std::string state(vault::to_string(row.state));
    states[state] = states.value(state, 0) + 1;
    if (row.held) ++held;
  }
  json::Json line = {{"cases", rows.size()}, {"states", states}, {"held", held}};
  if (!rows.empty()) line["next_due"] = base::to_string(rows.front().expires_at);
  context.print(json::canonical(line) + "\n");
  return base::ExitCode::ok;
}

base::ExitCode purge(cli::Context& context, const Settings& settings) {
  Workplace place = open_workplace(context, settings);
  if (settings.status) return status(context, place);
  if (settings.verify) return verify(context, place);

  vault::PurgeOptions options;
  options.confirm_clock = settings.confirm_clock;
  if (!settings.horizon.empty()) {
    const std::optional<base::Period> horizon = base::parse_period(settings.horizon);
    if (!horizon)
      throw base::Error(base::ExitCode::usage, "is no ISO 8601 duration such as PT1H",
                        "--horizon " + settings.horizon);
    options.horizon = *horizon;
  } else if (place.policy != nullptr) {
    options.horizon = place.policy->purge_every;
  }
  const vault::PurgePlan plan = make_plan(place, options);
  if (settings.dry_run) {
    const bool table =
        settings.format == "table" || (settings.format == "auto" && ::isatty(STDOUT_FILENO) == 1);
    show_plan(context, plan, place.law, table);
    context.log().summary(counts_line("would purge", plan.cases.size(), plan.spool.size(),
                                      plan.orphan_blobs, plan.pending_rows, plan.kept.size()));
    return base::ExitCode::ok;
  }
  if (plan.clock_confirmed)
    context.log().warning("the clock was implausible and is confirmed; this is recorded");
  const vault::PurgeCounts counts =
      place.policy ? vault::run_purge(*place.store, *place.ledger, *place.policy, plan, base::now())
                   : vault::run_ceilings(*place.store, *place.ledger, plan, base::now());
  context.write_stats({{"cases", counts.cases},
                       {"spool_files", counts.spool_files},
                       {"orphan_blobs", counts.orphan_blobs},
                       {"pending_rows", counts.pending_rows},
                       {"kept", plan.kept.size()}});
  context.log().summary(counts_line("purged", counts.cases, counts.spool_files, counts.orphan_blobs,
                                    counts.pending_rows, plan.kept.size()));
  if (place.policy == nullptr) {
    throw base::Error(
        base::ExitCode::config,
        "only ceilings were applied: the policy's own periods and the spool need a policy",
        "purge --vault");
  }
  return base::ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("purge", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description(
        "Destroy the cases that reached their end, and files left unscanned in the spool.");
    setup.app.add_flag("--dry-run", settings->dry_run,
                       "print what would go, with reason, rule and citation");
    setup.app.add_flag("--confirm-clock", settings->confirm_clock,
                       "go on although the clock is implausible; recorded");
    setup.app.add_option("--horizon", settings->horizon,
                         "also purge what ends within PERIOD (ISO 8601); purge.every unless given");
    CLI::Option* verify = setup.app.add_flag(
        "--verify", settings->verify, "print what ought to be gone and is not; exit 1 if any");
    setup.app
        .add_flag("--status", settings->status,
                  "print the number of cases by state and the next end")
        ->excludes(verify);
    setup.app.add_option("--format", settings->format, "of --dry-run")
        ->check(CLI::IsMember({"auto", "ndjson", "table"}));
    CLI::Option* vault =
        setup.app.add_option("--vault", settings->vault, "work without a policy: the vault");
    CLI::Option* ledger = setup.app.add_option("--ledger", settings->ledger, "its ledger");
    CLI::Option* key =
        setup.app.add_option("--ledger-key", settings->ledger_key, "key URI of the ledger");
    vault->needs(ledger)->needs(key);
    ledger->needs(vault);
    key->needs(vault);
    setup.action = [settings](cli::Context& context) { return purge(context, *settings); };
  });
}
