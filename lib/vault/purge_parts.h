// What plan and run of a purge share.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vault/case_store.h"

namespace proviso::vault {

// Files of the blob folder without a row.
std::vector<std::string> orphan_blobs(const CaseStore&);
// Visits the pending cases of dead writers, page by page.
void each_abandoned(CaseDatabase&, const std::function<void(std::span<const Abandoned>)>& visit);

}  // namespace proviso::vault
