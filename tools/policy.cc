// policy: checks, shows and attests the policy.  proviso-policy(1)
#include <fmt/format.h>

#include "cli/app.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "policy/attestations.h"
#include "policy/policy.h"
#include "policy/schema.h"
#include "policy/show.h"

namespace {

using namespace proviso;

struct Settings {
  std::string rule, person, sign_key, evidence, expires;
  bool resolved = false, documents_only = false;
};

base::ExitCode check(cli::Context& context, const Settings& settings) {
  policy::LoadOptions options;
  options.documents_only = settings.documents_only;
  const policy::Policy& policy = context.policy(options);
  context.log().summary(fmt::format(
      "{}: {} services, {} technologies, {} people; nothing is wrong with it", policy.file.string(),
      policy.services.size(), policy.technologies.size(), policy.people.size()));
  return base::ExitCode::ok;
}

base::ExitCode show(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  if (settings.resolved)
    context.print(policy::resolved_json(policy, context.law()).dump(2) + "\n");
  else
    context.print(policy.text);
  return base::ExitCode::ok;
}

base::ExitCode attest(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  const auto expires = base::parse_date(settings.expires);
  if (!expires)
    throw base::Error(base::ExitCode::usage,
                      fmt::format("'{}' is no day of the calendar (YYYY-MM-DD)", settings.expires),
                      "--expires");
  const law::Resolved& law = context.law();
  const policy::Attestation attestation = policy::attest(
      policy, law, settings.rule, settings.person, settings.sign_key, settings.evidence, *expires);
  ledger::Ledger& ledger = context.ledger();
  policy::write_attestation(policy, attestation);
  ledger::Attested attested;
  attested.rule = attestation.rule;
  attested.role = policy::to_string(attestation.role);
  attested.person = policy.person(settings.person)->number;
  attested.expires = attestation.expires;
  attested.evidence_sha256 = attestation.evidence_sha256;
  ledger.append(to_entry(attested, "policy"));
  context.log().summary(fmt::format("{} attested by {} until {}", attestation.rule, settings.person,
                                    settings.expires));
  return base::ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("policy", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description("Check, show and attest the policy.");
    setup.app.require_subcommand(1);
    CLI::App* const check_app =
        setup.app.add_subcommand("check", "every finding at once, with file, line and column");
    check_app->add_flag("--static", settings->documents_only,
                        "a bare checkout: keys, lists and vault need not be there");
    CLI::App* const show_app = setup.app.add_subcommand("show", "print the policy");
    show_app->add_flag("--resolved", settings->resolved,
                       "as JSON, with defaults and the law's ceilings applied");
    CLI::App* const schema_app =
        setup.app.add_subcommand("schema", "print the JSON Schema of the policy file");
    CLI::App* const attest_app =
        setup.app.add_subcommand("attest", "answer for a rule that no machine can check, signed");
    attest_app->add_option("RULE", settings->rule)->required();
    attest_app->add_option("--person", settings->person, "id in the policy")->required();
    attest_app->add_option("--sign-key", settings->sign_key, "the person's private key (URI)")
        ->required();
    attest_app
        ->add_option("--evidence", settings->evidence,
                     "file that shows it; when it changes the attestation ends")
        ->required();
    attest_app->add_option("--expires", settings->expires, "last day, YYYY-MM-DD")->required();
    setup.action = [=](cli::Context& context) {
      if (check_app->parsed()) return check(context, *settings);
      if (show_app->parsed()) return show(context, *settings);
      if (schema_app->parsed()) {
        context.print(policy::schema());
        return base::ExitCode::ok;
      }
      return attest(context, *settings);
    };
  });
}
