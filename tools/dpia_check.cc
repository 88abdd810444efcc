// dpia-check: holds each DPIA against the law and the policy.  proviso-dpia-check(1)
#include <fmt/format.h>

#include "base/file.h"
#include "cli/app.h"
#include "dpia/dpia.h"
#include "dpia/render.h"

namespace {

using namespace proviso;

struct Settings {
  std::vector<std::string> technologies;
  std::string format = "text", init, emit, output;
  bool strict = false, documents_only = false, example = false, force = false;
  int min_days = 0;
};

const policy::Technology& technology(const policy::Policy& policy, const std::string& name) {
  const policy::Technology* const found = policy.technology(name);
  if (found == nullptr)
    throw base::Error(base::ExitCode::usage,
                      fmt::format("the technology '{}' is not in the policy", name));
  return *found;
}

base::ExitCode init(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy({settings.documents_only});
  const policy::Technology& about = technology(policy, settings.init);
  if (settings.example && !policy.rehearsal) {
    throw base::Error(base::ExitCode::usage,
                      "an example assesses nothing: it is for mode rehearsal only", "--example");
  }
  const std::string text = settings.example ? dpia::make_example(policy, about, context.law(),
                                                                 base::date_of(base::now()))
                                            : dpia::make_template(policy, about);
  const std::string form =
      settings.emit == "cnil" ? dpia::cnil_skeleton(text, about.name, settings.example) : text;
  if (settings.output.empty())
    context.print(form);
  else if (settings.force)
    base::write_file_atomically(settings.output, form);
  else
    base::write_new_file(settings.output, form);
  if (!settings.output.empty()) context.log().note(fmt::format("wrote {}", settings.output));
  return base::ExitCode::ok;
}

std::vector<dpia::Finding> findings_of(const policy::Policy& policy,
                                       const policy::Technology& about, const law::Resolved& law,
                                       base::Date today, int min_days) {
  std::error_code error;
  if (!std::filesystem::exists(about.dpia, error)) {
    dpia::Finding missing;
    missing.check = "D1";
    missing.file = about.dpia.string();
    missing.rule = "DP-01";
    missing.citation = law.refusal("DP-01", "").citation;
    missing.what = "there is no such file";
    missing.write = fmt::format("'proviso dpia-check --init {} --output {}' writes one to fill in",
                                about.name, about.dpia.string());
    return {missing};
  }
  const dpia::Document document = dpia::read(about.dpia);
  auto findings = dpia::check(document, policy, about, law, today);
  if (min_days > 0) {
    if (auto due = dpia::review_due(document, today, min_days)) findings.push_back(std::move(*due));
  }
  return findings;
}

base::ExitCode check(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy({settings.documents_only});
  const law::Resolved& law = context.law_with_note();
  const base::Date today = base::date_of(base::now());
  std::vector<const policy::Technology*> wanted;
  for (const std::string& name : settings.technologies) wanted.push_back(&technology(policy, name));
  if (wanted.empty()) {
    for (const policy::Technology& each : policy.technologies) wanted.push_back(&each);
  }
  std::vector<dpia::Checked> checked;
  for (const policy::Technology* about : wanted) {
    checked.push_back({about->name, about->dpia.string(),
                       findings_of(policy, *about, law, today, settings.min_days)});
  }
  const std::string report =
      dpia::render(checked, dpia::parse_format(settings.format), settings.strict);
  context.print(report);
  const dpia::Summary summary = dpia::summarize(checked, settings.strict);
  context.log().summary(fmt::format("{} technologies, {} errors, {} warnings: {}", wanted.size(),
                                    summary.errors, summary.warnings,
                                    summary.met ? "met" : "not met"));
  return summary.met ? base::ExitCode::ok : base::ExitCode::check_failed;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("dpia-check", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description(
        "Hold each technology's DPIA against GDPR Art. 35 and 36, the derogation, and the policy.");
    setup.app.add_option("TECHNOLOGY", settings->technologies,
                         "only these; default: all of the policy");
    setup.app.add_option("--format", settings->format, "form of the findings")
        ->check(CLI::IsMember(dpia::format_names()));
    setup.app.add_flag("--strict", settings->strict, "warnings fail too");
    setup.app.add_flag("--static", settings->documents_only,
                       "a bare checkout: no keys, vault or lists are looked for");
    setup.app
        .add_option("--min-days", settings->min_days,
                    "not met when the review falls due within so many days")
        ->check(CLI::Range(0, 3650));
    setup.app.add_option("--init", settings->init, "write a template to fill in for TECHNOLOGY");
    setup.app
        .add_option("--emit", settings->emit,
                    "with --init: in the form that the CNIL's PIA tool imports")
        ->check(CLI::IsMember({"cnil"}))
        ->needs("--init");
    setup.app.add_flag("--example", settings->example,
                       "with --init: filled with text marked EXAMPLE, for rehearsals");
    setup.app.add_option("--output", settings->output,
                         "with --init: a new file instead of standard output");
    setup.app.add_flag("--force", settings->force, "with --output: replace the file");
    setup.action = [settings](cli::Context& context) {
      return settings->init.empty() ? check(context, *settings) : init(context, *settings);
    };
  });
}
