// Whether an entry of a list is in use: found in the compiled index as an entry that gives hits.
#pragma once

#include "index/index.h"
#include "index/quality.h"

namespace proviso::index {

// For check_lists(). A hash in several lists counts for each; a video is in use by its frames. The
// index must outlive it.
InUse in_use_of(const Index&);

}  // namespace proviso::index
