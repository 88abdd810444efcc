// The decoding worker's main. ../README.md says what it can reach.
#pragma once

#include <cstdint>

namespace proviso::media {

// Confines itself to that much address space, then serves requests on descriptor 3 until it is
// closed.
int worker_main(std::uint64_t memory_bytes);
// Loads all that libraries load from files at first use, while files can still be opened.
void prepare();

}  // namespace proviso::media
