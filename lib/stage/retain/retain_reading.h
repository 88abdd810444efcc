// What retain reads from a sealed record: the hits, the case they make, and what of the item a case
// may keep.
#pragma once

#include <string>

#include "ndjson/record.h"
#include "policy/policy.h"
#include "vault/case_store.h"

namespace proviso::stage {

// match.hits of a record; an absent or odd member is bad_record.
base::Result<simdjson::dom::array> hits_of(const ndjson::Record&);

// The case of a record with hits, all but its files. Of several hits the one that names the case
// is, in this order: previously identified, known, the first.
base::Result<vault::NewCase> new_case_of(const ndjson::Record&, const policy::Policy&,
                                         const std::string& run);

// Errors after which the file is kept for another try, until it is swept.
bool is_retryable(std::string_view error_code);

}  // namespace proviso::stage
