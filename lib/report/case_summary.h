// What is said of a case that was reported.
#pragma once

#include <string>

#include "report/case_report.h"

namespace proviso::report {

// One line: to whom, which file, its size and digest.
std::string summary_of(const CaseReportRequest&, const CaseReported&, bool rehearsal);

}  // namespace proviso::report
