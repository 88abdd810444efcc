#include "vault/spool_sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>

namespace proviso::vault {
namespace {

// A folder below the spool, reached without following any symbolic link.
base::UniqueFd open_folder(int spool_fd, const std::string& relative) {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const char* path = relative.empty() ? "." : relative.c_str();
  return base::UniqueFd(static_cast<int>(::syscall(SYS_openat2, spool_fd, path, &how, sizeof how)));
}

}  // namespace

SpoolFindings find_spool_leftovers(const std::filesystem::path& spool, base::Period unscanned,
                                   base::Instant now) {
  SpoolFindings findings;
  std::vector<SpoolLeftover>& leftovers = findings.leftovers;
  std::error_code error;
  if (!std::filesystem::exists(spool, error)) return findings;
  const base::UniqueFd root = base::open_directory(spool);

  // A folder that cannot be read must not keep cases from being purged: it is reported, the walk
  // goes on.
  const auto unreadable = [&](const std::string& relative) {
    findings.unreadable.push_back((spool / relative).string() + ": " + std::strerror(errno));
  };
  std::vector<std::string> folders{""};  // relative, with a slash at the end
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    base::UniqueFd opened = open_folder(root.get(), folder);
    if (!opened) {
      if (errno != ENOENT) unreadable(folder);
      continue;
    }
    const int fd = opened.get();
    const base::UniqueDirectory listing(::fdopendir(fd));
    if (!listing) {
      unreadable(folder);
      continue;
    }
    opened.release();  // the listing owns it now
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(listing.get());
      if (entry == nullptr) {
        if (errno != 0) unreadable(folder);
        break;
      }
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat status {};
      if (::fstatat(fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) unreadable(folder + name);
        continue;
      }
      if (S_ISDIR(status.st_mode)) folders.push_back(folder + name + "/");
      if (!S_ISREG(status.st_mode)) continue;
      base::Instant modified{static_cast<std::int64_t>(status.st_mtime)};
      if (modified > now) modified = base::Instant{static_cast<std::int64_t>(status.st_ctime)};
      if (base::add(modified, unscanned) > now) continue;
      leftovers.push_back(SpoolLeftover{folder + name, static_cast<std::uint64_t>(status.st_size),
                                        modified, status.st_dev, status.st_ino});
    }
  }
  std::sort(leftovers.begin(), leftovers.end(),
            [](const SpoolLeftover& a, const SpoolLeftover& b) { return a.path < b.path; });
  return findings;
}

std::uint64_t remove_spool_leftovers(const std::filesystem::path& spool,
                                     const std::vector<SpoolLeftover>& leftovers) {
  if (leftovers.empty()) return 0;
  const base::UniqueFd directory = base::open_directory(spool);
  std::uint64_t removed = 0;
  for (const SpoolLeftover& file : leftovers) {
    if (base::unlink_beneath(directory.get(), file.path, file.device, file.inode)) ++removed;
  }
  return removed;
}

}  // namespace proviso::vault
