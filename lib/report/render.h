// The yearly report as JSON, CSV, Markdown or HTML. Same report, same bytes.
#pragma once

#include <string>

#include "report/figures.h"

namespace proviso::report {

json::OrderedJson to_json(const AnnualReport&);
std::string to_csv(const AnnualReport&);  // RFC 4180, with a header line
std::string to_markdown(const AnnualReport&);
std::string to_html(const AnnualReport&);  // one page, no script, nothing fetched

}  // namespace proviso::report
