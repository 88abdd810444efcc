// policy: checks, shows and attests the policy.  proviso-policy(1)
#include "policy/policy.h"

#include <fmt/core.h>

#include "cli/app.h"
#include "json/json.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "policy/attestations.h"
#include "policy/schema.h"
#include "policy/show.h"

namespace {

using namespace proviso;

struct Settings {
  std::string rule, person, sign_key, evidence, expires, new_key;
  bool resolved = false, documents_only = false;
};

base::ExitCode check(cli::Context& context, const Settings& s) {
  policy::LoadOptions options;
  options.documents_only = s.documents_only;
  const policy::Policy& policy = context.policy(options);
  context.log().summary(fmt::format(
      "{}: {} services, {} technologies, {} people; nothing is wrong with it", policy.file.string(),
      policy.services.size(), policy.technologies.size(), policy.people.size()));
  return base::ExitCode::ok;
}

base::ExitCode show(cli::Context& context, const Settings& s) {
  const policy::Policy& policy = context.policy();
  if (!s.resolved) return context.answer(policy.text);
  return context.answer(policy::resolved_json(policy, context.law()).dump(2) + "\n");
}

base::ExitCode schema(cli::Context& context, const Settings&) {
  return context.answer(policy::schema());
}

base::ExitCode attest(cli::Context& context, const Settings& s) {
  const policy::Policy& policy = context.policy();
  const auto expires = base::parse_date(s.expires);
  if (!expires)
    throw base::Error(base::ExitCode::usage,
                      fmt::format("'{}' is no day of the calendar (YYYY-MM-DD)", s.expires),
                      "--expires");
  const auto attestation =
      policy::attest(policy, context.law(), s.rule, s.person, s.sign_key, s.evidence, *expires);
  ledger::Ledger& ledger = context.ledger();
  policy::write_attestation(policy, attestation);
  ledger::Attested fact;
  fact.rule = attestation.rule;
  fact.role = policy::to_string(attestation.role);
  fact.person = policy.person(s.person)->number;
  fact.expires = attestation.expires;
  fact.evidence_sha256 = attestation.evidence_sha256;
  ledger.append(to_entry(fact, "policy"));
  context.log().summary(
      fmt::format("{} attested by {} until {}", attestation.rule, s.person, s.expires));
  return base::ExitCode::ok;
}

base::ExitCode rotate(cli::Context& context, const Settings& s) {
  auto next = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::open(s.new_key));
  ledger::Ledger& ledger = context.ledger();
  ledger.rotate_key(next);
  context.log().summary(fmt::format(
      "{} signs the ledger from entry {} on: name it in the policy (keys.ledger), give auditors "
      "and monitors its public key, and destroy the old one",
      s.new_key, ledger.checkpoint().size - 1));
  return context.answer(next->public_pem());
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("policy", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    app.description("Check, show and attest the policy.");
    app.command("check", "every finding at once, with file, line and column", check, s)
        .flag("--static", s.documents_only,
              "a bare checkout: keys, lists and vault need not be there");
    app.command("show", "print the policy", show, s)
        .flag("--resolved", s.resolved, "as JSON, with defaults and the law's ceilings applied");
    app.command("schema", "print the JSON Schema of the policy file", schema, s);
    auto attested =
        app.command("attest", "answer for a rule that no machine can check, signed", attest, s);
    attested.argument("RULE", s.rule);
    attested.option("--person", s.person, "id in the policy").required();
    attested.option("--sign-key", s.sign_key, "the person's private key (URI)").required();
    attested
        .option("--evidence", s.evidence,
                "file that shows it; when it changes the attestation ends")
        .required();
    attested.option("--expires", s.expires, "last day, YYYY-MM-DD").required();
    app.command("rotate-ledger-key",
                "put another key in the place of the ledger's; prints its public key", rotate, s)
        .option("--new-key", s.new_key, "an Ed25519 private key (URI), made before")
        .required();
    return app.chosen();
  });
}
