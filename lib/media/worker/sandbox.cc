#include "media/worker/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <iterator>

#include "media/protocol.h"

namespace proviso::media {
namespace {

// All that decoding needs, besides what arguments() allows in part. Anything else kills the
// process.
constexpr int kAllowed[] = {
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),  // its socket
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(fstat),
    SCMP_SYS(lseek),  // the file it is given
    SCMP_SYS(close),  //
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),  // memory
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),  // threads of decoders
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(sched_getaffinity),  //
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),  //
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(restart_syscall),  // signals
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

// What libraries try at first use but do not need: refused without killing the process. If clone3
// is refused, glibc uses clone, whose flags seccomp can check.
struct Refused {
  int call, error;
};
constexpr Refused kRefused[] = {
    {SCMP_SYS(open), EACCES},
    {SCMP_SYS(openat), EACCES},
    {SCMP_SYS(access), EACCES},
    {SCMP_SYS(faccessat), EACCES},
    {SCMP_SYS(faccessat2), EACCES},
    {SCMP_SYS(stat), EACCES},
    {SCMP_SYS(lstat), EACCES},
    {SCMP_SYS(statfs), EACCES},
    {SCMP_SYS(readlink), EACCES},
    {SCMP_SYS(readlinkat), EACCES},
    {SCMP_SYS(getcwd), EACCES},
    {SCMP_SYS(ioctl), ENOTTY},
    {SCMP_SYS(write), EBADF},
    {SCMP_SYS(writev), EBADF},  // complaints of libraries on standard error

    {SCMP_SYS(clone3), ENOSYS},
    {SCMP_SYS(sched_setaffinity), EPERM},
};

// What the sanitizers' runtimes ask for besides, in their builds only: reports, stacks with names,
// pipes that show whether an object can be read.
[[maybe_unused]] constexpr int kAllowedBySanitizers[] = {
    SCMP_SYS(mmap),      SCMP_SYS(write),           SCMP_SYS(writev),
    SCMP_SYS(mprotect),  SCMP_SYS(sigaltstack),     SCMP_SYS(gettid),
    SCMP_SYS(getpid),    SCMP_SYS(tgkill),          SCMP_SYS(sched_yield),
    SCMP_SYS(open),      SCMP_SYS(openat),          SCMP_SYS(readlink),
    SCMP_SYS(stat),      SCMP_SYS(ioctl),           SCMP_SYS(prctl),
    SCMP_SYS(getrlimit), SCMP_SYS(prlimit64),       SCMP_SYS(sched_getaffinity),
    SCMP_SYS(clone),     SCMP_SYS(wait4),           SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),      SCMP_SYS(getppid),         SCMP_SYS(process_vm_readv),
    SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(pipe),
    SCMP_SYS(pipe2),     SCMP_SYS(newfstatat),      SCMP_SYS(gettimeofday),
};

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "proviso-decode-worker: error: %s\n", what);
  std::_Exit(kExitNotConfined);
}

void limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  if (::setrlimit(resource, &both) != 0) give_up("a resource limit could not be set");
}

int landlock_abi() {
  return static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

// A ruleset without a rule: no path can be opened at all. Where the kernel has no Landlock, seccomp
// alone forbids open().
void forbid_paths() {
  const int abi = landlock_abi();
  if (abi < 1) return;
  // Every right that the running kernel knows; the header of the building machine may know fewer.
  struct {
    std::uint64_t files, network, scoped;  // since ABI 1, 4, 6
  } const rules{(std::uint64_t{1} << (abi >= 5   ? 16
                                      : abi >= 3 ? 15
                                      : abi == 2 ? 14
                                                 : 13)) -
                    1,
                abi >= 4 ? 3u : 0u, abi >= 6 ? 3u : 0u};
  const std::size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  const int fd = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, size, 0));
  if (fd < 0) return;
  ::syscall(SYS_landlock_restrict_self, fd, 0);
  ::close(fd);
}

void rule(scmp_filter_ctx filter, std::uint32_t action, int call,
          std::initializer_list<scmp_arg_cmp> arguments = {}) {
  const int code = ::seccomp_rule_add_array(
      filter, action, call, static_cast<unsigned>(arguments.size()), std::data(arguments));
  if (code != 0) give_up("a seccomp rule could not be added");
}

#ifndef PROVISO_SANITIZED
void allow_in_part(scmp_filter_ctx filter) {
  constexpr scmp_datum_t kThread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
  // Memory that is never executable and never maps a file.
  rule(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap),
       {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0},
        {3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS}});
  rule(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}});
  // Threads of this process, not processes.
  rule(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), {{0, SCMP_CMP_MASKED_EQ, kThread, kThread}});
  rule(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), {{0, SCMP_CMP_EQ, PR_SET_NAME, 0}});
  // A descriptor that was received, by an empty name.
  rule(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat),
       {{3, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH}});
}
#endif

// A call may be in only one rule without arguments.
bool already_allowed([[maybe_unused]] int call) {
#ifdef PROVISO_SANITIZED
  return std::find(std::begin(kAllowedBySanitizers), std::end(kAllowedBySanitizers), call) !=
         std::end(kAllowedBySanitizers);
#else
  return false;
#endif
}

}  // namespace

void confine_this_process(std::uint64_t memory_bytes) {
  limit(RLIMIT_CORE, 0);
#ifndef PROVISO_SANITIZED
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_AS, memory_bytes);
#else
  static_cast<void>(memory_bytes);  // shadow memory takes terabytes of address space, and reports
                                    // may go to a file
#endif
  limit(RLIMIT_NOFILE, 16);
  limit(RLIMIT_CPU, kLifeSeconds);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up("no_new_privs could not be set");
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Best effort: a kernel that forbids user namespaces still has seccomp, which allows no socket()
  // and no open().
  static_cast<void>(::unshare(CLONE_NEWUSER | CLONE_NEWNET));
  forbid_paths();

  scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (filter == nullptr) give_up("no seccomp filter");
  for (const int call : kAllowed) rule(filter, SCMP_ACT_ALLOW, call);
#ifndef PROVISO_SANITIZED
  allow_in_part(filter);
#else
  for (const int call : kAllowedBySanitizers) rule(filter, SCMP_ACT_ALLOW, call);
#endif
  for (const Refused& refused : kRefused) {
    if (!already_allowed(refused.call))
      rule(filter, SCMP_ACT_ERRNO(static_cast<std::uint32_t>(refused.error)), refused.call);
  }
  if (::seccomp_load(filter) != 0) give_up("the seccomp filter could not be loaded");
  ::seccomp_release(filter);
}

}  // namespace proviso::media
