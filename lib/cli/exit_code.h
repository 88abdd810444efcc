// The one place where what a tool throws becomes a message on stderr and an exit code.
#pragma once

#include <functional>

#include "cli/log.h"

namespace proviso::cli {

// What `work` returns; else the code of its base::Error, 75 when memory ran out, 70 for anything
// unforeseen. `work` may change how `log` speaks.
int exit_code_of(const Log&, const std::function<int()>& work);

}  // namespace proviso::cli
