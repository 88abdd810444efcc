// review: lists, shows and decides cases.  proviso-review(1)
#include <fmt/core.h>
#include <unistd.h>

#include "cli/app.h"
#include "crypto/keys.h"
#include "json/json.h"
#include "ledger/ledger.h"
#include "ledger/words.h"
#include "policy/policy.h"
#include "review/case_listing.h"
#include "review/content_file.h"

namespace {

using namespace proviso;

struct Settings {
  std::string format, state, case_id, open_key, purpose, output, verdict, reason, person, sign_key;
  bool clear = false, metadata = false, decisions = false;
};

vault::CaseStore open_store(cli::Context& context) {
  const policy::Policy& policy = context.policy();
  return vault::CaseStore::open(policy.vault, context.ledger(), policy.rehearsal);
}

base::ExitCode list(cli::Context& context, const Settings& s) {
  const vault::CaseStore store = open_store(context);
  const bool table = s.format == "table" || (s.format.empty() && ::isatty(STDOUT_FILENO) == 1);
  const auto cases = review::list_cases(store, s.state, table,
                                        [&](std::string_view line) { context.print(line); });
  context.log().summary(fmt::format("{} cases", cases));
  return base::ExitCode::ok;
}

base::ExitCode show(cli::Context& context, const Settings& s) {
  const bool words = s.metadata || s.decisions;
  if (s.output.empty() && !words && ::isatty(STDOUT_FILENO) == 1)
    throw base::Error(base::ExitCode::usage, "content is not written to a terminal",
                      "standard output", "use --output FILE");
  const crypto::PrivateKey key = crypto::PrivateKey::open(s.open_key);
  vault::CaseStore store = open_store(context);
  // Before the look is recorded: a name that is taken fails first.
  review::ContentFile content(s.output);
  const auto access = vault::access_by(context.policy(), s.person, s.purpose, "review");
  const review::View view(store, context.policy(), {s.case_id}, key, access);
  if (s.metadata) context.print(view.metadata().dump(2) + "\n");
  if (s.decisions) context.print(review::decision_lines(view));
  if (!words) content.write(view, s.clear);
  return base::ExitCode::ok;
}

base::ExitCode decide(cli::Context& context, const Settings& s) {
  const crypto::PrivateKey key = crypto::PrivateKey::open(s.sign_key);
  vault::CaseStore store = open_store(context);
  const review::Decision decision{
      {s.case_id}, *ledger::parse<ledger::Verdict>(s.verdict), s.person, s.reason, base::now()};
  const auto outcome =
      review::decide(store, context.ledger(), context.policy(), context.law(), decision, key);
  context.log().summary(review::summary_of(outcome, s.case_id));
  return base::ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("review", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    app.description("Look at cases and decide them.");
    auto listed = app.command("list", "every case, in order of its end", list, s);
    listed.option("--format", s.format, "table (default on a terminal) or ndjson")
        .check(cli::one_of({"table", "ndjson"}));
    listed.option("--state", s.state, "only cases of this state")
        .check(cli::one_of(review::kListedStates));
    auto shown = app.command("show", "a blurred preview of one case", show, s);
    shown.argument("CASE", s.case_id);
    shown.option("--open-key", s.open_key, "private key of the review role (URI)").required();
    shown.option("--purpose", s.purpose, "storage purpose that asks for the look, e.g. reporting")
        .required();
    shown.option("--person", s.person, "your id in the policy; its number goes into the ledger");
    const auto output =
        shown.option("--output", s.output, "write to a new FILE instead of standard output");
    const auto clear = shown.flag("--clear", s.clear, "the original bytes");
    auto metadata =
        shown.flag("--metadata", s.metadata, "what was sealed beside the content, as JSON");
    shown.flag("--decisions", s.decisions, "what reviewers decided, with their reasons, as NDJSON")
        .excludes(output, clear);
    metadata.excludes(output, clear);
    auto decided = app.command("decide", "confirm or reject one case, signed", decide, s);
    decided.argument("CASE", s.case_id);
    decided.argument("DECISION", s.verdict).check(cli::one_of(ledger::kVerdicts));
    decided.option("--reason", s.reason, "why; sealed to the review role, never in the ledger")
        .required();
    decided.option("--person", s.person, "reviewer's id in the policy").required();
    decided.option("--sign-key", s.sign_key, "the reviewer's private key (URI)").required();
    return app.chosen();
  });
}
