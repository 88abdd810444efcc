// review: people look at cases and decide.  proviso-review(1)
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "base/file.h"
#include "cli/app.h"
#include "crypto/keys.h"
#include "review/decision.h"
#include "review/viewing.h"

namespace {

using namespace proviso;

struct Settings {
  std::string format, case_id, open_key, purpose, output, verdict, reason, person, sign_key;
  bool clear = false, metadata = false;
};

struct Opened {
  const policy::Policy& policy;
  ledger::Ledger ledger;
  vault::CaseStore store;

  static Opened open(cli::Context& context) {
    const policy::Policy& policy = context.policy();
    const auto key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::open(policy.ledger_key));
    ledger::Ledger ledger = ledger::Ledger::open_to_append(policy.ledger, key, policy.rehearsal);
    return Opened(policy, std::move(ledger));
  }

 private:
  Opened(const policy::Policy& p, ledger::Ledger l) : policy(p), ledger(std::move(l)), store(vault::CaseStore::open(p.vault, ledger, p.rehearsal)) {}
};

base::ExitCode list(cli::Context& context, const Settings& settings) {
  Opened opened = Opened::open(context);
  const bool table = settings.format == "table" || (settings.format.empty() && ::isatty(STDOUT_FILENO) == 1);
  if (table) fmt::print("{:<32}  {:<16}  {:<12}  {:<16}  {:<20}  {}\n", "CASE", "STATE", "CLASS", "TECHNOLOGY", "EXPIRES", "RULE");
  const auto rows = opened.store.list();
  for (const vault::CaseRow& row : rows) {
    if (table) {
      fmt::print("{:<32}  {:<16}  {:<12}  {:<16}  {:<20}  {}\n", row.id.value, vault::to_string(row.state), row.material_class, row.technology,
                 base::to_string(row.expires_at), row.expiry_rule);
    } else {
      fmt::print("{}\n", review::listing(row).dump());
    }
  }
  context.log().summary(fmt::format("{} cases", rows.size()));
  return base::ExitCode::ok;
}

base::ExitCode show(cli::Context& context, const Settings& settings) {
  if (settings.output.empty() && !settings.metadata && ::isatty(STDOUT_FILENO) == 1) {
    throw base::Error(base::ExitCode::usage, "content is not written to a terminal", "standard output", "use --output FILE");
  }
  const crypto::PrivateKey key = crypto::PrivateKey::open(settings.open_key);
  Opened opened = Opened::open(context);
  const review::View view(opened.store, opened.policy, {settings.case_id}, key, settings.purpose, "review");
  if (settings.metadata) {
    fmt::print("{}\n", view.metadata().dump(2));
    return base::ExitCode::ok;
  }
  std::string png;
  if (!settings.clear) {
    media::Decoder decoder;
    png = view.preview(decoder);
  }
  base::UniqueFd file;
  if (!settings.output.empty()) {
    file.reset(::open(settings.output.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) base::throw_errno(errno, "cannot be created", settings.output, base::ExitCode::cannot_create);
  }
  const int out = file ? file.get() : STDOUT_FILENO;
  if (settings.clear) view.content([&](std::span<const std::byte> part) { base::write_all(out, base::as_text(part), "output"); });
  else base::write_all(out, png, "output");
  return base::ExitCode::ok;
}

base::ExitCode decide(cli::Context& context, const Settings& settings) {
  const crypto::PrivateKey key = crypto::PrivateKey::open(settings.sign_key);
  Opened opened = Opened::open(context);
  const law::Resolved law = policy::resolve_law(opened.policy);
  const review::Decision decision{{settings.case_id}, *review::parse_verdict(settings.verdict), settings.person, settings.reason, base::now()};
  const review::Outcome outcome = review::decide(opened.store, opened.ledger, opened.policy, law, decision, key);
  if (outcome.waits_for_second) {
    context.log().summary(fmt::format("case {}: one more reviewer must agree (review.four_eyes)", settings.case_id));
  } else if (outcome.state == vault::State::purged) {
    context.log().summary(fmt::format("case {}: rejected and purged", settings.case_id));
  } else {
    context.log().summary(fmt::format("case {}: {}, ends on {}", settings.case_id, vault::to_string(outcome.state), base::to_string(*outcome.expires_at)));
  }
  return base::ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("review", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description("Look at cases and decide them.");
    setup.app.require_subcommand(1);
    CLI::App* const list_app = setup.app.add_subcommand("list", "every case, in order of its end");
    list_app->add_option("--format", settings->format, "table (default on a terminal) or ndjson")->check(CLI::IsMember({"table", "ndjson"}));
    CLI::App* const show_app = setup.app.add_subcommand("show", "a blurred preview of one case");
    show_app->add_option("CASE", settings->case_id)->required();
    show_app->add_option("--open-key", settings->open_key, "private key of the review role (URI)")->required();
    show_app->add_option("--purpose", settings->purpose, "storage purpose that asks for the look, e.g. reporting")->required();
    show_app->add_option("--output", settings->output, "write to a new FILE instead of standard output");
    show_app->add_flag("--clear", settings->clear, "the original bytes");
    show_app->add_flag("--metadata", settings->metadata, "what was sealed beside the content, as JSON");
    CLI::App* const decide_app = setup.app.add_subcommand("decide", "confirm or reject one case, signed");
    decide_app->add_option("CASE", settings->case_id)->required();
    decide_app->add_option("DECISION", settings->verdict)->required()->check(CLI::IsMember({"confirm", "confirm-as-new", "reject"}));
    decide_app->add_option("--reason", settings->reason, "why; its digest is signed, its words are not kept")->required();
    decide_app->add_option("--person", settings->person, "reviewer's id in the policy")->required();
    decide_app->add_option("--sign-key", settings->sign_key, "the reviewer's private key (URI)")->required();
    setup.action = [=](cli::Context& context) {
      if (list_app->parsed()) return list(context, *settings);
      if (show_app->parsed()) return show(context, *settings);
      return decide(context, *settings);
    };
  });
}
