// The yearly report leaves: as text in the form asked for, and as an entry of the ledger.
#pragma once

#include <string>
#include <string_view>

#include "ledger/ledger.h"
#include "report/figures.h"

namespace proviso::report {

// `format`: "csv", "markdown" or "html"; anything else is JSON.
std::string to_text(const AnnualReport&, std::string_view format);
// Keeps the report as a document of the ledger, in its JSON form whatever form was asked for, and
// appends report.made with its digest.
void record(const AnnualReport&, ledger::Ledger&);

}  // namespace proviso::report
