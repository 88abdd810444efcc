// dpia-check: checks each DPIA against the law and the policy.  proviso-dpia-check(1)
#include <fmt/core.h>

#include "base/file.h"
#include "cli/app.h"
#include "dpia/file_check.h"
#include "dpia/render.h"

namespace {

using namespace proviso;

struct Settings {
  std::vector<std::string> technologies;
  std::string format = "text", init, emit, output;
  bool strict = false, documents_only = false, example = false, force = false;
  int min_days = 0;
};

base::ExitCode init(cli::Context& context, const Settings& s) {
  const policy::Policy& policy = context.policy({s.documents_only});
  const policy::Technology& about = dpia::technology_named(policy, s.init);
  const std::string form = dpia::make_form(policy, about, s.example, s.emit == "cnil");
  if (s.output.empty()) return context.answer(form);
  s.force ? base::write_file_atomically(s.output, form) : base::write_new_file(s.output, form);
  context.log().note(fmt::format("wrote {}", s.output));
  return base::ExitCode::ok;
}

base::ExitCode check(cli::Context& context, const Settings& s) {
  const policy::Policy& policy = context.policy({s.documents_only});
  const law::Resolved& law = context.law_with_note();
  std::vector<const policy::Technology*> wanted;
  wanted.reserve(policy.technologies.size() + s.technologies.size());
  for (const std::string& name : s.technologies)
    wanted.push_back(&dpia::technology_named(policy, name));
  if (wanted.empty()) {
    for (const policy::Technology& each : policy.technologies) wanted.push_back(&each);
  }
  std::vector<dpia::Checked> checked;
  checked.reserve(wanted.size());
  const base::Date today = base::date_of(base::now());
  for (const policy::Technology* about : wanted)
    checked.push_back(dpia::check_file(policy, *about, law, today, s.min_days));
  context.print(dpia::render(checked, dpia::parse_format(s.format), s.strict));
  const dpia::Summary summary = dpia::summarize(checked, s.strict);
  context.log().summary(fmt::format("{} technologies, {} errors, {} warnings: {}", wanted.size(),
                                    summary.errors, summary.warnings,
                                    summary.met ? "met" : "not met"));
  return summary.met ? base::ExitCode::ok : base::ExitCode::check_failed;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("dpia-check", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    app.description(
        "Hold each technology's DPIA against GDPR Art. 35 and 36, the derogation, and the policy.");
    app.option("TECHNOLOGY", s.technologies, "only these; default: all of the policy");
    app.option("--format", s.format, "form of the findings")
        .check(cli::one_of(dpia::format_names()));
    app.flag("--strict", s.strict, "warnings fail too");
    app.flag("--static", s.documents_only,
             "a bare checkout: no keys, vault or lists are looked for");
    app.option("--min-days", s.min_days, "not met when the review falls due within so many days")
        .check(cli::range(0, 3650));
    const auto init_option =
        app.option("--init", s.init, "write a template to fill in for TECHNOLOGY");
    app.option("--emit", s.emit, "with --init: in the form that the CNIL's PIA tool imports")
        .check(cli::one_of({"cnil"}))
        .needs(init_option);
    app.flag("--example", s.example,
             "with --init: filled with text marked EXAMPLE, for rehearsals");
    app.option("--output", s.output, "with --init: a new file instead of standard output");
    app.flag("--force", s.force, "with --output: replace the file");
    return [&s](cli::Context& context) {
      return s.init.empty() ? check(context, s) : init(context, s);
    };
  });
}
