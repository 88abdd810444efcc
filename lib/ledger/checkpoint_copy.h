// A copy of the ledger's checkpoint, kept in another directory (the vault), so that a rollback of
// the ledger shows.
#pragma once

#include <filesystem>

#include "ledger/ledger.h"

namespace proviso::ledger {

// `folder` keeps it in this file; that of the lock is beside it.
constexpr const char* kCheckpointCopy = "checkpoint";

// Error(check_failed) unless the ledger begins with what the copy signs: it was rolled back, also
// when it has grown past it since, or the copy was changed. A folder without a copy remembers
// nothing.
void require_extends_copy(const Ledger&, const std::filesystem::path& folder);

// Renews the copy. An older checkpoint never takes the place of a newer one: Error(check_failed) as
// above, and the copy stays. Waits for others who renew it.
void keep_copy(const Ledger&, const std::filesystem::path& folder);

}  // namespace proviso::ledger
