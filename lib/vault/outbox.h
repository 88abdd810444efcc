// The outbox: ledger entries committed together with what they tell of, delivered afterwards, once
// each.
#pragma once

#include <filesystem>
#include <string_view>

#include "ledger/ledger.h"
#include "sqlite/database.h"

namespace proviso::vault {

// Puts an entry into the outbox under a random event id; within the caller's transaction.
void post(sqlite::Database&, const ledger::Entry&);

// Appends all that is there to the ledger, then clears it; an id that the ledger has already is
// skipped by it, so a crash between the two adds nothing twice. Keeps a copy of the ledger's
// checkpoint in the vault, against a rollback of the ledger.
void deliver(sqlite::Database&, ledger::Ledger&, const std::filesystem::path& vault);

}  // namespace proviso::vault
