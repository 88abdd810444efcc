// law: the texts as data, the calendar, and the signed acts of oversight.  proviso-law(1)
#include <fmt/format.h>

#include <memory>

#include "base/file.h"
#include "base/instant.h"
#include "cli/app.h"
#include "gate/oversight.h"
#include "law/calendar.h"
#include "law/diff.h"
#include "law/instrument.h"
#include "law/listing.h"
#include "law/schema.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"

namespace {

using namespace proviso;

struct Settings {
  bool json = false;
  std::string id, other, technology, person, sign_key, reason;
};

std::string lines(const json::OrderedJson& value) { return value.dump(2) + "\n"; }

base::ExitCode list(cli::Context& context, const Settings& s) {
  std::vector<law::Instrument> texts;
  for (const std::string_view id : law::built_in_ids()) texts.push_back(law::load(id));
  context.print(s.json ? lines(law::list_json(texts)) : law::list_table(texts));
  return base::ExitCode::ok;
}

base::ExitCode show(cli::Context& context, const Settings& s) {
  const law::Instrument text = law::load(s.id);
  context.print(s.json ? lines(law::to_json(text)) : law::show_table(text));
  return base::ExitCode::ok;
}

base::ExitCode diff(cli::Context& context, const Settings& s) {
  const law::Instrument a = law::load(s.id);
  const law::Instrument b = law::load(s.other);
  const auto differences = law::diff(a, b);
  context.print(s.json ? lines(law::to_json(differences)) : law::diff_table(a, b, differences));
  return base::ExitCode::ok;
}

base::ExitCode calendar(cli::Context& context, const Settings& s) {
  const auto spans = law::calendar();
  context.print(s.json ? lines(law::to_json(spans)) : law::calendar_table(spans));
  return base::ExitCode::ok;
}

base::ExitCode act(cli::Context& context, const Settings& s, ledger::OversightAct what) {
  const policy::Policy& policy = context.policy();
  const crypto::PrivateKey key = crypto::PrivateKey::open(s.sign_key);
  gate::OversightStatement statement;
  statement.act = what;
  statement.technology = s.technology;
  statement.person = s.person;
  statement.reason = s.reason;
  statement.at = base::now();
  const ledger::Overseen signed_act = gate::sign(statement, policy, key);
  context.ledger().append(to_entry(signed_act, "law"));
  context.log().summary(fmt::format("{} {} by person {} at {}", ledger::event_of(what),
                                    s.technology, signed_act.person,
                                    base::to_string(statement.at)));
  return base::ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("law", argc, argv, [](cli::Setup& setup) {
    auto s = std::make_shared<Settings>();
    setup.app.require_subcommand(1);
    const auto command = [&](const char* name, const char* help,
                             std::function<base::ExitCode(cli::Context&)> work) {
      CLI::App* sub = setup.app.add_subcommand(name, help);
      sub->fallthrough();
      // The chosen subcommand's callback names the work; run() does it once all options are read.
      sub->callback([&setup, work = std::move(work)] { setup.action = work; });
      return sub;
    };
    const auto table = [&](CLI::App* sub) {
      sub->add_flag("--json", s->json, "print JSON instead of a table");
    };

    table(command("list", "the built-in texts",
                  [s](cli::Context& context) { return list(context, *s); }));
    CLI::App* show_command = command("show", "a text with all its rules",
                                     [s](cli::Context& context) { return show(context, *s); });
    show_command->add_option("ID", s->id, "built-in id, or the path of an instrument file")
        ->required();
    table(show_command);
    command("schema", "print the JSON Schema of an instrument file", [](cli::Context& context) {
      context.print(law::schema());
      return base::ExitCode::ok;
    });
    CLI::App* diff_command = command("diff", "what two texts say differently",
                                     [s](cli::Context& context) { return diff(context, *s); });
    diff_command->add_option("A", s->id, "built-in id or path")->required();
    diff_command->add_option("B", s->other, "built-in id or path")->required();
    table(diff_command);
    table(command("calendar", "when there was a derogation",
                  [s](cli::Context& context) { return calendar(context, *s); }));

    const auto signing = [&](const char* name, const char* help, ledger::OversightAct what) {
      CLI::App* sub =
          command(name, help, [s, what](cli::Context& context) { return act(context, *s, what); });
      sub->add_option("TECHNOLOGY", s->technology, "a technology of the policy")->required();
      sub->add_option("--person", s->person, "who signs: a person with the oversight role")
          ->required();
      sub->add_option("--sign-key", s->sign_key, "that person's private key (file: or pkcs11: URI)")
          ->required();
      return sub;
    };
    signing("oversee", "sign off the oversight of a technology", ledger::OversightAct::oversee)
        ->add_option("--reason", s->reason, "a remark; goes into the ledger, no personal data");
    signing("halt", "close the gate for a technology at once", ledger::OversightAct::halt)
        ->add_option("--reason", s->reason, "why; goes into the ledger, no personal data")
        ->required();
    signing("resume", "open it again; the error rate starts anew", ledger::OversightAct::resume)
        ->add_option("--reason", s->reason, "a remark; goes into the ledger, no personal data");
  });
}
