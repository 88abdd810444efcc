// The outbox: ledger entries committed together with what they report, delivered afterwards, once
// each.
#pragma once

#include <filesystem>
#include <string_view>

#include "ledger/ledger.h"
#include "vault/case_database.h"

namespace proviso::vault {

// The entry as a line for the ledger of that origin, under its event id or a random one. Its JSON
// is an object with the members event, tool, run, since (Entry::id_since) and data.
OutboxLine outbox_line(std::string_view origin, const ledger::Entry&);

// Appends all that is there for this ledger, then clears it; the ledger skips an id that it has
// already, so a crash between the two adds nothing twice. Keeps a copy of the ledger's checkpoint
// in the vault's folder, against a rollback of the ledger.
void deliver(CaseDatabase&, ledger::Ledger&, std::string_view origin,
             const std::filesystem::path& folder);

}  // namespace proviso::vault
