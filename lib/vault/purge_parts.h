// What plan and run of a purge share.
#pragma once

#include <string>
#include <vector>

#include "vault/case_store_impl.h"

namespace proviso::vault {

// Files in blobs/ without a row.
std::vector<std::string> orphan_blobs(CaseStore::Impl&);

struct AbandonedRow {
  base::CaseId id;
  std::string blob, evidence_blob, writer;
};
// Pending rows whose writer holds its lock no longer.
std::vector<AbandonedRow> abandoned_rows(CaseStore::Impl&);

}  // namespace proviso::vault
