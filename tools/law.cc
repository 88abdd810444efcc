// law: prints the texts as data and the calendar, and signs acts of oversight.  proviso-law(1)
#include <fmt/core.h>

#include "cli/app.h"
#include "gate/oversight.h"
#include "json/json.h"
#include "law/calendar.h"
#include "law/diff.h"
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
  return context.answer(s.json ? lines(law::list_json(texts)) : law::list_table(texts));
}

base::ExitCode show(cli::Context& context, const Settings& s) {
  const law::Instrument text = law::load(s.id);
  return context.answer(s.json ? lines(law::to_json(text)) : law::show_table(text));
}

base::ExitCode schema(cli::Context& context, const Settings&) {
  return context.answer(law::schema());
}

base::ExitCode diff(cli::Context& context, const Settings& s) {
  const law::Instrument a = law::load(s.id), b = law::load(s.other);
  const auto differences = law::diff(a, b);
  return context.answer(s.json ? lines(law::to_json(differences))
                               : law::diff_table(a, b, differences));
}

base::ExitCode calendar(cli::Context& context, const Settings& s) {
  const auto spans = law::calendar();
  return context.answer(s.json ? lines(law::to_json(spans)) : law::calendar_table(spans));
}

template <ledger::OversightAct what>
base::ExitCode act(cli::Context& context, const Settings& s) {
  const policy::Policy& policy = context.policy();
  const gate::OversightStatement statement{what, s.technology, {}, s.person, base::now(), s.reason};
  const auto fact = gate::sign(statement, policy, crypto::PrivateKey::open(s.sign_key));
  context.ledger().append(to_entry(fact, "law"));
  context.log().summary(fmt::format("{} {} by person {} at {}", ledger::event_of(what),
                                    s.technology, fact.person, base::to_string(statement.at)));
  return base::ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("law", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    const auto table = [&s](cli::Command command) {
      command.flag("--json", s.json, "print JSON instead of a table");
      return command;
    };
    table(app.command("list", "the built-in texts", list, s));
    table(app.command("show", "a text with all its rules", show, s))
        .argument("ID", s.id, "built-in id, or the path of an instrument file");
    app.command("schema", "print the JSON Schema of an instrument file", schema, s);
    auto compared = table(app.command("diff", "what two texts say differently", diff, s));
    compared.argument("A", s.id, "built-in id or path");
    compared.argument("B", s.other, "built-in id or path");
    table(app.command("calendar", "when there was a derogation", calendar, s));
    const char* const remark = "a remark; goes into the ledger, no personal data";
    const auto signing = [&s](cli::Command command, const char* reason) {
      command.argument("TECHNOLOGY", s.technology, "a technology of the policy");
      command.option("--person", s.person, "who signs: a person with the oversight role")
          .required();
      command.option("--sign-key", s.sign_key, "that person's private key (file: or pkcs11: URI)")
          .required();
      return command.option("--reason", s.reason, reason);
    };
    using enum ledger::OversightAct;
    signing(app.command("oversee", "sign off the oversight of a technology", act<oversee>, s),
            remark);
    signing(app.command("halt", "close the gate for a technology at once", act<halt>, s),
            "why; goes into the ledger, no personal data")
        .required();
    signing(app.command("resume", "open it again; the error rate starts anew", act<resume>, s),
            remark);
    return app.chosen();
  });
}
