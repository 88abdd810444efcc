// report: makes a case's package for a registered body, and the yearly report with the query of
// each figure. proviso-report(1)
#include <unistd.h>

#include <optional>

#include "base/file.h"
#include "cli/app.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "report/annual_output.h"
#include "report/case_summary.h"
#include "review/decision.h"

namespace {

using namespace proviso;

struct AnnualSettings {
  int year = 0;
  std::string service, format, form{report::kStandardForm};
  std::optional<std::string> output;
  bool draft = false;
};

base::ExitCode report_case(cli::Context& context, const report::CaseReportRequest& asked) {
  const policy::Policy& policy = context.policy();
  const law::Resolved& law = context.law();
  auto request = asked;
  if (request.output.empty()) request.output = request.id.value + ".p7m";
  auto store = vault::CaseStore::open(policy.vault, context.ledger(), policy.rehearsal);
  const auto is_reviewed = [&](vault::CaseStore& vault, const vault::CaseRow& row) {
    return review::has_valid_confirmation(vault, row, policy);
  };
  const auto reported = report::report_case(store, policy, law, request, is_reviewed, base::now());
  context.log().summary(report::summary_of(request, reported, policy.rehearsal));
  return base::ExitCode::ok;
}

base::ExitCode report_annual(cli::Context& context, const AnnualSettings& s) {
  const policy::Policy& policy = context.policy();
  const law::Resolved& law = context.law();
  const report::Form form = report::load_form(s.form);
  // A draft leaves no entry, so it needs no private key.
  const ledger::Ledger& ledger = s.draft ? context.ledger_to_read() : context.ledger();
  auto annual = report::make_annual(form, ledger, policy, law, s.year, s.service);
  annual.draft = s.draft;
  const bool for_people = s.format.empty() && !s.output && isatty(STDOUT_FILENO) == 1;
  const std::string text = report::to_text(annual, for_people ? "markdown" : s.format);
  if (!s.draft) report::record(annual, context.ledger());
  if (!s.output) return context.answer(text);
  base::write_file_atomically(*s.output, text);
  return base::ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("report", argc, argv, [](cli::App& app) {
    auto& one = app.settings<report::CaseReportRequest>();
    auto& year = app.settings<AnnualSettings>();
    auto& request = one.authority_request;
    app.description("Report a case to a registered body, or make the yearly report.");
    auto c = app.command("case", "Make a case's package: signed, sealed to the recipient",
                         report_case, one);
    c.argument("CASE", one.id.value, "id of the case");
    c.option("--to", one.organisation, "id of the organisation or authority in the registers")
        .required()
        .type_name("ID");
    c.option("--open-key", one.open_key, "key of the review role: a file or pkcs11: URI")
        .required()
        .type_name("URI");
    c.option("--person", one.person,
             "who reports, by id in the policy; its number goes into the ledger")
        .type_name("ID");
    c.option("--output", one.output, "new file for the package (default: CASE.p7m)")
        .type_name("FILE");
    auto reference = c.option("--request", request.reference, "reference of an authority's request")
                         .type_name("REF");
    auto basis =
        c.option("--basis", request.basis, "law that the request rests on").type_name("LAW");
    reference.needs(basis);
    basis.needs(reference);
    auto a = app.command("annual", "The yearly report, every figure counted from the ledger",
                         report_annual, year);
    a.option("--year", year.year, "calendar year, UTC").required().check(cli::range(2020, 9999));
    a.option("--service", year.service, "one service of the policy (default: all)")
        .type_name("NAME");
    a.option("--format", year.format, "markdown on a terminal, else json, unless given")
        .check(cli::one_of({"json", "csv", "markdown", "html"}))
        .type_name("FORMAT");
    a.option("--form", year.form, "form to answer").type_name("ID");
    a.option("--output", year.output, "write the report here (default: standard output)")
        .type_name("FILE");
    a.flag("--draft", year.draft, "mark it as a draft and leave no entry in the ledger");
    return app.chosen();
  });
}
