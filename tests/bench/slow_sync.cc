// A disk with slow syncs, to be preloaded (LD_PRELOAD): fsync() and fdatasync() take
// PROVISO_SYNC_MS milliseconds longer, 8 if that is not set.
//
// With PROVISO_SYNC_KEEPS=SUFFIX, what pwrite() writes to a file whose name ends so reaches the
// file with the next sync of its descriptor, not before: what kill -9 loses then is what a power
// cut would lose. Whoever reads the file before that sync does not see it. With
// PROVISO_SYNC_FAILS=N, the N-th sync of these files, from 1, fails with EIO.
#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Sync = int (*)(int);
using Write = ssize_t (*)(int, const void*, size_t, off_t);

struct Waiting {
  std::string bytes;
  off_t at;
};
std::mutex mutex;
std::map<int, std::vector<Waiting>>& waiting() {
  static std::map<int, std::vector<Waiting>> all;
  return all;
}

template <typename Function>
Function real(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function>(found);
}

bool is_kept(int fd) {
  const char* suffix = std::getenv("PROVISO_SYNC_KEEPS");
  if (suffix == nullptr) return false;
  char name[4096];
  const ssize_t size = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), name, sizeof name);
  return size > 0 && std::string_view(name, static_cast<size_t>(size)).ends_with(suffix);
}

int write_waiting(int fd) {
  const std::lock_guard lock(mutex);
  for (const Waiting& each : waiting()[fd]) {
    if (real<Write>("pwrite")(fd, each.bytes.data(), each.bytes.size(), each.at) < 0) return -1;
  }
  waiting().erase(fd);
  return 0;
}

bool is_to_fail(int fd) {
  static std::atomic<long> syncs{0};
  const char* number = std::getenv("PROVISO_SYNC_FAILS");
  return number != nullptr && is_kept(fd) && ++syncs == std::atol(number);
}

int sync_slowly(int fd, const char* name) {
  const char* milliseconds = std::getenv("PROVISO_SYNC_MS");
  const long wanted = milliseconds == nullptr ? 8 : std::atol(milliseconds);
  timespec left{wanted / 1000, wanted % 1000 * 1'000'000};
  while (nanosleep(&left, &left) != 0) {
  }
  if (is_to_fail(fd)) {
    errno = EIO;
    return -1;
  }
  return write_waiting(fd) != 0 ? -1 : real<Sync>(name)(fd);
}

}  // namespace

extern "C" {

int fsync(int fd) { return sync_slowly(fd, "fsync"); }
int fdatasync(int fd) { return sync_slowly(fd, "fdatasync"); }

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  if (!is_kept(fd)) return real<Write>("pwrite")(fd, bytes, size, at);
  const std::lock_guard lock(mutex);
  waiting()[fd].push_back({std::string(static_cast<const char*>(bytes), size), at});
  return static_cast<ssize_t>(size);
}

}  // extern "C"
