// The decoding worker's main. See ../README.md for what it can reach.
#pragma once

#include <cstdint>

namespace proviso::media {

// Confines itself to that much address space, then serves requests on descriptor 3 until it is
// closed.
int worker_main(std::uint64_t memory_bytes);
// All that libraries load from files at first use, before no file can be opened.
void prepare();

}  // namespace proviso::media
