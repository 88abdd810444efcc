// What retain reads from a sealed record: the hits, their case, and what the case may keep of the
// item.
#pragma once

#include <string>

#include "ndjson/record.h"
#include "policy/policy.h"
#include "vault/case_store.h"

namespace proviso::stage {

// The number of match.hits; item error bad_record if it is not an array.
base::Result<std::size_t> hits_of(const ndjson::Record&);

// The case of a record with hits, without its files. Of several hits the one that names the case
// is, in this order: previously identified, known, the first.
base::Result<vault::NewCase> new_case_of(const ndjson::Record&, const policy::Policy&,
                                         const std::string& run);

// Errors after which the file is kept for another try, until it is swept.
bool is_retryable(std::string_view error_code);

}  // namespace proviso::stage
