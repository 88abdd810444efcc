#include "report/annual_output.h"

#include "json/json.h"
#include "ledger/facts.h"
#include "report/render.h"

namespace proviso::report {

namespace {

std::string json_text(const AnnualReport& annual) { return to_json(annual).dump(2) + "\n"; }

}  // namespace

std::string to_text(const AnnualReport& annual, std::string_view format) {
  if (format == "csv") return to_csv(annual);
  if (format == "markdown") return to_markdown(annual);
  if (format == "html") return to_html(annual);
  return json_text(annual);
}

void record(const AnnualReport& annual, ledger::Ledger& ledger) {
  const std::string digest = ledger.keep_document(json_text(annual));
  ledger.append(
      to_entry(ledger::ReportMade{annual.year, annual.form.id, digest, annual.service}, "report"));
}

}  // namespace proviso::report
