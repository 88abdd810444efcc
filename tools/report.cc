// report: a case's package for a registered body; the yearly report with each figure's query.
// proviso-report(1)
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/app.h"
#include "ledger/facts.h"
#include "report/case_report.h"
#include "report/render.h"
#include "review/decision.h"

namespace {

using namespace proviso;

struct CaseSettings {
  report::CaseReportRequest request;
  std::string output;
};

struct AnnualSettings {
  int year = 0;
  std::string service, format, form{report::kStandardForm};
  std::optional<std::string> output;
  bool draft = false;
};

base::ExitCode report_case(cli::Context& context, const CaseSettings& settings) {
  const policy::Policy& policy = context.policy();
  const law::Resolved& law = context.law();
  auto request = settings.request;
  request.output = settings.output.empty() ? request.id.value + ".p7m" : settings.output;
  ledger::Ledger& ledger = context.ledger();
  vault::CaseStore store = vault::CaseStore::open(policy.vault, ledger, policy.rehearsal);
  const auto is_reviewed = [&](vault::CaseStore& vault, const vault::CaseRow& row) {
    return review::has_valid_confirmation(vault, row, policy);
  };
  const auto reported = report::report_case(store, policy, law, request, is_reviewed, base::now());
  context.log().summary(fmt::format("case {} to {}: {}, {} bytes, sha256 {}{}", request.id.value,
                                    request.organisation, request.output.native(), reported.bytes,
                                    reported.package_sha256,
                                    policy.rehearsal ? ", REHEARSAL" : ""));
  return base::ExitCode::ok;
}

std::string render(const report::AnnualReport& annual, const std::string& json,
                   const std::string& format) {
  if (format == "csv") return report::to_csv(annual);
  if (format == "markdown") return report::to_markdown(annual);
  if (format == "html") return report::to_html(annual);
  return json;
}

base::ExitCode report_annual(cli::Context& context, const AnnualSettings& settings) {
  const policy::Policy& policy = context.policy();
  const law::Resolved& law = context.law();
  const report::Form form = report::load_form(settings.form);
  // A draft reads and writes nothing, so it needs no private key.
  const ledger::Ledger& ledger = settings.draft ? context.ledger_to_read() : context.ledger();
  report::AnnualReport annual =
      report::make_annual(form, ledger, policy, law, settings.year, settings.service);
  annual.draft = settings.draft;
  std::string format = settings.format;
  if (format.empty()) format = !settings.output && isatty(STDOUT_FILENO) == 1 ? "markdown" : "json";
  const std::string json = report::to_json(annual).dump(2) + "\n";
  const std::string text = render(annual, json, format);

  if (!settings.draft) {
    // The JSON form is what the ledger remembers, whatever form was asked for.
    const std::string digest = context.ledger().keep_document(json);
    context.ledger().append(
        to_entry(ledger::ReportMade{settings.year, form.id, digest, settings.service}, "report"));
  }
  if (settings.output) {
    base::write_file_atomically(*settings.output, text);
  } else {
    context.print(text);
  }
  return base::ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("report", argc, argv, [](cli::Setup& setup) {
    auto one = std::make_shared<CaseSettings>();
    auto annual = std::make_shared<AnnualSettings>();
    setup.app.description("Report a case to a registered body, or make the yearly report.");
    setup.app.require_subcommand(1);

    CLI::App* of_case =
        setup.app.add_subcommand("case", "Make a case's package: signed, sealed to the recipient");
    of_case->add_option("CASE", one->request.id.value, "id of the case")->required();
    of_case
        ->add_option("--to", one->request.organisation,
                     "id of the organisation or authority in the registers")
        ->required()
        ->type_name("ID");
    of_case
        ->add_option("--open-key", one->request.open_key,
                     "key of the review role: a file or pkcs11: URI")
        ->required()
        ->type_name("URI");
    of_case
        ->add_option("--person", one->request.person,
                     "who reports, by id in the policy; its number goes into the ledger")
        ->type_name("ID");
    of_case->add_option("--output", one->output, "new file for the package (default: CASE.p7m)")
        ->type_name("FILE");
    auto* request = of_case
                        ->add_option("--request", one->request.authority_request.reference,
                                     "reference of an authority's request")
                        ->type_name("REF");
    auto* basis = of_case
                      ->add_option("--basis", one->request.authority_request.basis,
                                   "law that the request rests on")
                      ->type_name("LAW");
    request->needs(basis);
    basis->needs(request);

    CLI::App* of_year = setup.app.add_subcommand(
        "annual", "The yearly report, every figure counted from the ledger");
    of_year->add_option("--year", annual->year, "calendar year, UTC")
        ->required()
        ->check(CLI::Range(2020, 9999));
    of_year->add_option("--service", annual->service, "one service of the policy (default: all)")
        ->type_name("NAME");
    of_year
        ->add_option("--format", annual->format, "markdown on a terminal, else json, unless given")
        ->check(CLI::IsMember({"json", "csv", "markdown", "html"}))
        ->type_name("FORMAT");
    of_year->add_option("--form", annual->form, "form to answer")->type_name("ID");
    of_year
        ->add_option("--output", annual->output, "write the report here (default: standard output)")
        ->type_name("FILE");
    of_year->add_flag("--draft", annual->draft,
                      "mark it as a draft and leave no entry in the ledger");

    setup.action = [one, annual, of_case](cli::Context& context) {
      return of_case->parsed() ? report_case(context, *one) : report_annual(context, *annual);
    };
  });
}
