// Compares calendar periods. P12M is longer than P365D from some days on, and not from others.
#pragma once

#include "base/instant.h"

namespace proviso::policy {

// True if `period` ends after `ceiling` when both start on some day.
bool may_outlast(base::Period period, base::Period ceiling);

}  // namespace proviso::policy
