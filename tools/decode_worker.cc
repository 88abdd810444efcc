// decode-worker: decodes one hostile file after another, confined. Started by lib/media; nobody
// calls it by hand.
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>

#include "media/worker/worker.h"

int main(int argc, char** argv) {
  std::uint64_t memory = 0;
  const char* const end = argc == 2 ? argv[1] + std::strlen(argv[1]) : nullptr;
  if (argc != 2 || std::from_chars(argv[1], end, memory).ptr != end || memory == 0) {
    std::fputs("proviso-decode-worker: error: started by other tools only\n", stderr);
    return 64;
  }
  ::_exit(proviso::media::worker_main(memory));  // confined: exit handlers would call the kernel
}
