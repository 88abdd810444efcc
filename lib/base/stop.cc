#include "base/stop.h"

namespace proviso::base {

std::atomic<bool> stop_requested{false};

}  // namespace proviso::base
