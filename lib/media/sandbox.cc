#include "media/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "media/decoder.h"

namespace proviso::media {
namespace {

constexpr int kExitNoSandbox = 70;

// All that decoding needs. Anything else kills the process.
constexpr int kAllowed[] = {
    SCMP_SYS(recvmsg),      SCMP_SYS(sendmsg),                                                        // its socket
    SCMP_SYS(read),         SCMP_SYS(pread64),      SCMP_SYS(fstat),          SCMP_SYS(newfstatat),   // the file it is given
    SCMP_SYS(lseek),        SCMP_SYS(close),                                                          //
    SCMP_SYS(mmap),         SCMP_SYS(munmap),       SCMP_SYS(mremap),         SCMP_SYS(brk),          // memory
    SCMP_SYS(madvise),      SCMP_SYS(futex),        SCMP_SYS(getrandom),                              //
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall),                      // signals
    SCMP_SYS(clock_gettime), SCMP_SYS(exit),        SCMP_SYS(exit_group),
};

// What the sanitizers' runtimes ask for besides; in their builds only.
[[maybe_unused]] constexpr int kAllowedBySanitizers[] = {
    SCMP_SYS(write),      SCMP_SYS(writev),   SCMP_SYS(mprotect), SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigaction),
    SCMP_SYS(gettid),     SCMP_SYS(getpid),   SCMP_SYS(tgkill),   SCMP_SYS(sched_yield), SCMP_SYS(open),
    SCMP_SYS(openat),     SCMP_SYS(readlink), SCMP_SYS(stat),     SCMP_SYS(ioctl),       SCMP_SYS(prctl),
    SCMP_SYS(getrlimit),  SCMP_SYS(prlimit64), SCMP_SYS(sched_getaffinity), SCMP_SYS(clone), SCMP_SYS(wait4),
    SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(getppid), SCMP_SYS(process_vm_readv), SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
};

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "proviso-decode-worker: error: %s\n", what);
  std::_Exit(kExitNoSandbox);
}

void limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  if (::setrlimit(resource, &both) != 0) give_up("a resource limit could not be set");
}

int landlock_abi() {
  return static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

// A ruleset without a rule: no path can be opened at all. Where the kernel has no Landlock, seccomp alone forbids open().
void forbid_paths() {
  if (landlock_abi() < 1) return;
  landlock_ruleset_attr rules{};
  rules.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;   // every right of ABI 1
  const int fd = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0));
  if (fd < 0) return;
  ::syscall(SYS_landlock_restrict_self, fd, 0);
  ::close(fd);
}

}  // namespace

void confine_this_process(std::uint64_t memory_bytes) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
#ifndef PROVISO_SANITIZED
  limit(RLIMIT_AS, memory_bytes);
#else
  static_cast<void>(memory_bytes);   // shadow memory takes terabytes of address space
#endif
  limit(RLIMIT_NOFILE, 16);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up("no_new_privs could not be set");
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Best effort: a kernel that forbids user namespaces still has seccomp, which allows no socket() and no open().
  static_cast<void>(::unshare(CLONE_NEWUSER | CLONE_NEWNET));
  forbid_paths();

  scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (filter == nullptr) give_up("no seccomp filter");
  for (const int call : kAllowed) {
    if (::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0) give_up("a seccomp rule could not be added");
  }
#ifdef PROVISO_SANITIZED
  for (const int call : kAllowedBySanitizers) {
    if (::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0) give_up("a seccomp rule could not be added");
  }
#endif
  if (::seccomp_load(filter) != 0) give_up("the seccomp filter could not be loaded");
  ::seccomp_release(filter);
}

std::string confinement() {
  const int abi = landlock_abi();
  return abi >= 1 ? "seccomp, landlock abi " + std::to_string(abi) : "seccomp (this kernel has no landlock)";
}

}  // namespace proviso::media
