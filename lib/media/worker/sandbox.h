// How the worker gives up its rights before it reads the first byte of a file.
#pragma once

#include <cstdint>
#include <string>

namespace proviso::media {

// Limits, no new privileges, empty network and file system view where the kernel allows, then the
// seccomp allow-list, which is mandatory. Exits the process when it cannot be loaded: nothing is
// decoded without it.
void confine_this_process(std::uint64_t memory_bytes);

}  // namespace proviso::media
