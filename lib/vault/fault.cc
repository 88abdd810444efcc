#include "vault/fault.h"

#include <csignal>
#include <cstdlib>

namespace proviso::vault::fault {

void at(std::string_view point, bool rehearsal) {
  if (!rehearsal) return;
  const char* wanted = std::getenv("PROVISO_FAULT");
  if (wanted != nullptr && point == wanted) std::raise(SIGKILL);
}

}  // namespace proviso::vault::fault
