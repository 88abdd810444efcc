#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "media/decoder.h"

namespace proviso::media {

std::string confinement() {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi >= 1 ? "seccomp, landlock abi " + std::to_string(abi)
                  : "seccomp (this kernel has no landlock)";
}

}  // namespace proviso::media
