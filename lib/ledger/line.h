// One line of the entries: the common members in their order, then the fact's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

// Without the newline: these bytes are the leaf of the Merkle tree.
std::string line_of(std::uint64_t index, base::Instant, const Entry&, std::string_view event_id);

// Error(data) for a line that is not one JSON object. Common members that are missing stay empty;
// audit reports them.
StoredEntry entry_of(std::uint64_t index, std::string_view line);

}  // namespace proviso::ledger
