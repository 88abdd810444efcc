// What all tools share: options, policy and clock, statistics, messages on stderr, exit codes. A
// main is run(name, ..., set_up).
#pragma once

#include <functional>
#include <string_view>

#include "base/error.h"
#include "cli/context.h"
#include "cli/options.h"

namespace proviso::cli {

// `set_up` adds the tool's options and gives its work. Adds the common options, parses, works,
// catches base::Error (alone), prints and maps it: usage errors 64, anything unforeseen 70.
int run(std::string_view tool, int argc, char** argv, const std::function<Action(App&)>& set_up);

// SIGTERM and SIGINT set base::stop_requested, once: the work in hand is finished. A second one
// ends the program as usual.
void catch_signals();

}  // namespace proviso::cli
