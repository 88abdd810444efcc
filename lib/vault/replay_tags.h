// Replay tags: how a redelivered item is known without keeping its id. FORMAT.md, "Tag".
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "vault/case_database.h"

namespace proviso::vault {

// The item's tag under each live key.
ReplayTags tags_of(std::string_view item_id, const ReplayKeys&);

// Calls `verb` with the live keys until it answers: nullopt means that they changed meanwhile.
// Error(temp_fail) if they do not come to rest.
using Replays = std::vector<std::optional<Replay>>;
Replays under_live_keys(CaseDatabase&, base::Instant now,
                        const std::function<std::optional<Replays>(const ReplayKeys&)>& verb);

}  // namespace proviso::vault
