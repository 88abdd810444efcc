// Reports one case: refusals first, then the package, then the case moves to `reported` and the
// ledger says so.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/instant.h"
#include "law/instrument.h"
#include "policy/policy.h"
#include "report/recipient.h"
#include "vault/case_store.h"

namespace proviso::report {

struct CaseReportRequest {
  base::CaseId id;
  std::string organisation;
  std::string open_key;          // URI of the review role's key
  std::filesystem::path output;  // a new file, mode 0600
  AuthorityRequest authority_request;
  std::string person = {};  // who reports, by id in the policy; empty: not said
};

struct CaseReported {
  std::string package_sha256;  // of the file written, hex
  std::uint64_t bytes = 0;
  std::string purpose;  // reporting, or authority-requests
};

// Is there a valid signed confirmation of this case? (review::has_valid_confirmation)
using IsReviewed = std::function<bool(vault::CaseStore&, const vault::CaseRow&)>;

// Error(no_permission) with every refusal as "RULE (citation): what"; Error(no_input) for a case
// that is not there; Error(cannot_create) when the output exists. The file is whole before the
// ledger's entry, and gets its name after it.
CaseReported report_case(vault::CaseStore&, const policy::Policy&, const law::Resolved&,
                         const CaseReportRequest&, const IsReviewed&, base::Instant now);

// What of the sealed metadata goes to the recipient: instants, hits, and what evidence_fields
// names.
json::Json minimised(const json::Json& metadata, const policy::Policy&);

}  // namespace proviso::report
