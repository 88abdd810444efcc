#include "report/case_summary.h"

#include <fmt/core.h>

namespace proviso::report {

std::string summary_of(const CaseReportRequest& request, const CaseReported& reported,
                       bool rehearsal) {
  return fmt::format("case {} to {}: {}, {} bytes, sha256 {}{}", request.id.value,
                     request.organisation, request.output.native(), reported.bytes,
                     reported.package_sha256, rehearsal ? ", REHEARSAL" : "");
}

}  // namespace proviso::report
