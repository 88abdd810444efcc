// Named points at which a rehearsal process dies, for the crash tests. Inert in production.
#pragma once

#include <string_view>

namespace proviso::vault::fault {

// Kills this process (SIGKILL) if the vault is a rehearsal's and PROVISO_FAULT names this point.
void at(std::string_view point, bool rehearsal);

}  // namespace proviso::vault::fault
