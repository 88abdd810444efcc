// A wish from outside (SIGTERM, SIGINT) to end: the work in hand is finished, and nothing is waited
// for any longer.
#pragma once

#include <atomic>

namespace proviso::base {

// Set by cli's signal handler.
extern std::atomic<bool> stop_requested;

}  // namespace proviso::base
