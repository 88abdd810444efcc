// Comparison of calendar periods: P12M is longer than P365D from some days on and not from others.
#pragma once

#include "base/instant.h"

namespace proviso::policy {

// Is there a day from which `period` reaches further than `ceiling`?
bool may_outlast(base::Period period, base::Period ceiling);

}  // namespace proviso::policy
