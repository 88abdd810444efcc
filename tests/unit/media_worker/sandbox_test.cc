#include "media/worker/sandbox.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>
#include <vector>

using namespace proviso;

#ifndef PROVISO_SANITIZED
namespace {

constexpr std::uint64_t kMemory = std::uint64_t{1} << 32;

// The wait status of a process that confines itself and then does this.
int status_of(const std::function<int()>& act) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    media::confine_this_process(kMemory);
    ::_exit(act());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

bool killed(const std::function<int()>& act) {
  const int status = status_of(act);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

int exit_code(const std::function<int()>& act) {
  const int status = status_of(act);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a system call outside the list kills the process") {
  CHECK(killed([] { return ::socket(AF_INET, SOCK_STREAM, 0); }));
  CHECK(killed([] { return ::execl("/bin/true", "true", nullptr); }));
  CHECK(killed([] { return ::kill(::getppid(), 0); }));
  CHECK(killed([] {
    return static_cast<int>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
  }));  // a process
  CHECK(killed([] { return ::prctl(PR_GET_DUMPABLE); }));
  CHECK(killed([] {
    return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                   MAP_FAILED
               ? 1
               : 0;
  }));
  CHECK(killed(
      [] { return ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, 0, 0) == MAP_FAILED ? 1 : 0; }));
  CHECK(killed([] {
    void* const page =
        ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ::mprotect(page, 4096, PROT_READ | PROT_EXEC);
  }));
}

TEST_CASE("files cannot be opened, nothing can be written, and libraries that try are told so") {
  CHECK(exit_code([] { return ::write(2, "x", 1) < 0 && errno == EBADF ? 7 : 1; }) == 7);
  CHECK(exit_code([] { return ::open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 7 : 1; }) ==
        7);
  CHECK(exit_code([] { return ::access("/etc/passwd", R_OK) != 0 && errno == EACCES ? 7 : 1; }) ==
        7);
}

TEST_CASE("what decoding needs goes on: memory, threads, the end") {
  CHECK(exit_code([] {
          int value = 0;
          std::thread([&] { value = 7; }).join();
          return value;
        }) == 7);
  CHECK(exit_code([] { return std::vector<char>(50'000'000).empty() ? 1 : 7; }) == 7);
}
#endif
