// review: people look at cases and decide.  proviso-review(1)
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/file.h"
#include "cli/app.h"
#include "crypto/keys.h"
#include "review/decision.h"
#include "review/viewing.h"

namespace {

using namespace proviso;

struct Settings {
  std::string format, state, case_id, open_key, purpose, output, verdict, reason, person, sign_key;
  bool clear = false, metadata = false, decisions = false;
};

// A new file, gone again unless all of it was written.
class NewFile {
 public:
  explicit NewFile(std::string path)
      : path_(std::move(path)),
        fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (!fd_) base::throw_errno(errno, "cannot be created", path_, base::ExitCode::cannot_create);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (!kept_) ::unlink(path_.c_str());
  }
  int get() const { return fd_.get(); }
  void keep() {
    base::sync(fd_.get(), path_);
    kept_ = true;
  }

 private:
  std::string path_;
  base::UniqueFd fd_;
  bool kept_ = false;
};

vault::CaseStore open_store(cli::Context& context) {
  const policy::Policy& policy = context.policy();
  return vault::CaseStore::open(policy.vault, context.ledger(), policy.rehearsal);
}

base::ExitCode list(cli::Context& context, const Settings& settings) {
  vault::CaseStore store = open_store(context);
  const bool table =
      settings.format == "table" || (settings.format.empty() && ::isatty(STDOUT_FILENO) == 1);
  const auto columns = [&](const auto&... values) {
    context.print(fmt::format("{:<32}  {:<16}  {:<12}  {:<16}  {:<6}  {:<20}  {}\n", values...));
  };
  if (table) columns("CASE", "STATE", "CLASS", "TECHNOLOGY", "KIND", "EXPIRES", "RULE");
  const auto rows = store.list([&](const vault::CaseRow& row) {
    return settings.state.empty() || settings.state == vault::to_string(row.state);
  });
  for (const vault::CaseRow& row : rows) {
    if (table) {
      columns(row.id.value, vault::to_string(row.state), row.material_class, row.technology,
              row.kind, base::to_string(row.expires_at), row.expiry_rule);
    } else {
      context.print(review::listing(row).dump() + "\n");
    }
  }
  context.log().summary(fmt::format("{} cases", rows.size()));
  return base::ExitCode::ok;
}

void show_decisions(cli::Context& context, const review::View& view) {
  for (const review::ReadDecision& read : view.decisions()) {
    context.print(json::canonical({{"case", view.row().id.value},
                                   {"decision", ledger::to_string(read.decision.verdict)},
                                   {"reviewer", read.decision.reviewer},
                                   {"at", base::to_string(read.decision.at)},
                                   {"reason", read.reason}}) +
                  "\n");
  }
}

base::ExitCode show(cli::Context& context, const Settings& settings) {
  const bool words = settings.metadata || settings.decisions;
  if (settings.output.empty() && !words && ::isatty(STDOUT_FILENO) == 1) {
    throw base::Error(base::ExitCode::usage, "content is not written to a terminal",
                      "standard output", "use --output FILE");
  }
  const crypto::PrivateKey key = crypto::PrivateKey::open(settings.open_key);
  vault::CaseStore store = open_store(context);
  // Before the look is recorded: a name that is taken fails first.
  std::optional<NewFile> file;
  if (!settings.output.empty()) file.emplace(settings.output);
  const review::View view(
      store, context.policy(), {settings.case_id}, key,
      vault::access_by(context.policy(), settings.person, settings.purpose, "review"));
  if (settings.metadata) context.print(view.metadata().dump(2) + "\n");
  if (settings.decisions) show_decisions(context, view);
  if (words) return base::ExitCode::ok;
  const int out = file ? file->get() : STDOUT_FILENO;
  if (settings.clear) {
    view.content([&](std::span<const std::byte> part) {
      base::write_all(out, base::as_text(part), "output");
    });
  } else {
    media::Decoder decoder;
    base::write_all(out, view.preview(decoder), "output");
  }
  if (file) file->keep();
  return base::ExitCode::ok;
}

base::ExitCode decide(cli::Context& context, const Settings& settings) {
  const crypto::PrivateKey key = crypto::PrivateKey::open(settings.sign_key);
  vault::CaseStore store = open_store(context);
  const law::Resolved& law = context.law();
  const review::Decision decision{{settings.case_id},
                                  *ledger::parse<ledger::Verdict>(settings.verdict),
                                  settings.person,
                                  settings.reason,
                                  base::now()};
  const review::Outcome outcome =
      review::decide(store, context.ledger(), context.policy(), law, decision, key);
  if (outcome.waits_for_second) {
    context.log().summary(fmt::format(
        "case {}: {}, it stays suspected until two reviewers agree (review.four_eyes), at most to "
        "{}",
        settings.case_id,
        outcome.disagreement ? "the reviewers disagree" : "one more reviewer must say the same",
        base::to_string(*outcome.expires_at)));
  } else if (outcome.state == vault::State::purged) {
    context.log().summary(fmt::format("case {}: rejected and purged", settings.case_id));
  } else {
    context.log().summary(fmt::format("case {}: {}, ends on {}", settings.case_id,
                                      vault::to_string(outcome.state),
                                      base::to_string(*outcome.expires_at)));
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
    list_app->add_option("--format", settings->format, "table (default on a terminal) or ndjson")
        ->check(CLI::IsMember({"table", "ndjson"}));
    list_app->add_option("--state", settings->state, "only cases of this state")
        ->check(
            CLI::IsMember({"suspected", "confirmed", "confirmed-as-new", "rejected", "reported"}));
    CLI::App* const show_app = setup.app.add_subcommand("show", "a blurred preview of one case");
    show_app->add_option("CASE", settings->case_id)->required();
    show_app->add_option("--open-key", settings->open_key, "private key of the review role (URI)")
        ->required();
    show_app
        ->add_option("--purpose", settings->purpose,
                     "storage purpose that asks for the look, e.g. reporting")
        ->required();
    show_app->add_option("--person", settings->person,
                         "your id in the policy; its number goes into the ledger");
    CLI::Option* const output = show_app->add_option(
        "--output", settings->output, "write to a new FILE instead of standard output");
    CLI::Option* const clear = show_app->add_flag("--clear", settings->clear, "the original bytes");
    CLI::Option* const metadata = show_app->add_flag("--metadata", settings->metadata,
                                                     "what was sealed beside the content, as JSON");
    show_app
        ->add_flag("--decisions", settings->decisions,
                   "what reviewers decided, with their reasons, as NDJSON")
        ->excludes(output)
        ->excludes(clear);
    metadata->excludes(output)->excludes(clear);
    CLI::App* const decide_app =
        setup.app.add_subcommand("decide", "confirm or reject one case, signed");
    decide_app->add_option("CASE", settings->case_id)->required();
    decide_app->add_option("DECISION", settings->verdict)
        ->required()
        ->check(CLI::IsMember({"confirm", "confirm-as-new", "reject"}));
    decide_app
        ->add_option("--reason", settings->reason,
                     "why; sealed to the review role, never in the ledger")
        ->required();
    decide_app->add_option("--person", settings->person, "reviewer's id in the policy")->required();
    decide_app->add_option("--sign-key", settings->sign_key, "the reviewer's private key (URI)")
        ->required();
    setup.action = [=](cli::Context& context) {
      if (list_app->parsed()) return list(context, *settings);
      if (show_app->parsed()) return show(context, *settings);
      return decide(context, *settings);
    };
  });
}
