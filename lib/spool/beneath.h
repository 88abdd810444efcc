// Opening below a directory, for the files of this room.
#pragma once

#include <string>

#include "base/file.h"

namespace proviso::spool {

// Opens a path below the directory by openat2, without following any link; `flags` are those of
// open(2). An empty descriptor with errno if it cannot.
base::UniqueFd open_beneath(int directory_fd, const std::string& path, int flags);

}  // namespace proviso::spool
