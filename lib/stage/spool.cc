#include "stage/spool.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

namespace proviso::stage {

Spool::Spool(const std::filesystem::path& directory)
    : directory_(base::open_directory(directory)) {}

bool Spool::remove_unopened(std::string_view relative_path) const {
  if (relative_path.empty() || relative_path.find('\0') != std::string_view::npos) return false;
  const std::size_t slash = relative_path.rfind('/');
  const std::string parent{slash == std::string_view::npos ? "." : relative_path.substr(0, slash)};
  const std::string name{slash == std::string_view::npos ? relative_path
                                                         : relative_path.substr(slash + 1)};
  if (name.empty() || name == "." || name == "..") return false;

  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const base::UniqueFd folder(
      static_cast<int>(::syscall(SYS_openat2, directory_.get(), parent.c_str(), &how, sizeof how)));
  if (!folder) return false;
  struct stat status {};
  if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(status.st_mode))
    return false;
  return ::unlinkat(folder.get(), name.c_str(), 0) == 0;
}

}  // namespace proviso::stage
