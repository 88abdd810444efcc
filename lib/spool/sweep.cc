#include "spool/sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/file.h"
#include "spool/beneath.h"

namespace proviso::spool {
namespace {

// Walks the folders of a spool, one at a time and without recursion: its depth is not ours.
class Walk {
 public:
  Walk(const std::filesystem::path& directory, base::Period unscanned, base::Instant now)
      : directory_(directory),
        root_(base::open_directory(directory)),
        unscanned_(unscanned),
        now_(now) {}

  Findings run() {
    while (!folders_.empty()) {
      const std::string folder = std::move(folders_.back());
      folders_.pop_back();
      list(folder);
    }
    std::sort(findings_.leftovers.begin(), findings_.leftovers.end(),
              [](const Leftover& a, const Leftover& b) { return a.file.path < b.file.path; });
    return std::move(findings_);
  }

 private:
  // A folder that cannot be read is reported and does not end the walk: the purge of cases depends
  // on it.
  void unreadable(const std::string& relative) {
    findings_.unreadable.push_back((directory_ / relative).string() + ": " + std::strerror(errno));
  }

  void list(const std::string& folder) {
    base::UniqueFd opened =
        open_beneath(root_.get(), folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
    if (!opened) {
      if (errno != ENOENT) unreadable(folder);
      return;
    }
    const int fd = opened.get();
    const base::UniqueDirectory listing(::fdopendir(fd));
    if (!listing) return unreadable(folder);
    opened.release();  // the listing owns it now
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(listing.get());
      if (entry == nullptr) {
        if (errno != 0) unreadable(folder);
        return;
      }
      const std::string name = entry->d_name;
      if (name != "." && name != "..") look_at(fd, folder, name);
    }
  }

  void look_at(int folder_fd, const std::string& folder, const std::string& name) {
    struct stat status {};
    if (::fstatat(folder_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) unreadable(folder + name);
      return;
    }
    if (S_ISDIR(status.st_mode)) folders_.push_back(folder + name + "/");
    if (!S_ISREG(status.st_mode)) return;
    base::Instant modified{static_cast<std::int64_t>(status.st_mtime)};
    if (modified > now_) modified = base::Instant{static_cast<std::int64_t>(status.st_ctime)};
    if (base::add(modified, unscanned_) > now_) return;
    findings_.leftovers.push_back(Leftover{{folder + name, status.st_dev, status.st_ino},
                                           static_cast<std::uint64_t>(status.st_size),
                                           modified});
  }

  const std::filesystem::path& directory_;
  base::UniqueFd root_;
  base::Period unscanned_;
  base::Instant now_;
  std::vector<std::string> folders_{""};  // relative, with a slash at the end
  Findings findings_;
};

}  // namespace

Findings find_leftovers(const std::filesystem::path& directory, base::Period unscanned,
                        base::Instant now) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) return {};
  return Walk(directory, unscanned, now).run();
}

std::uint64_t remove_leftovers(const std::filesystem::path& directory,
                               const std::vector<Leftover>& leftovers) {
  if (leftovers.empty()) return 0;
  const Spool spool(directory);
  return static_cast<std::uint64_t>(
      std::count_if(leftovers.begin(), leftovers.end(),
                    [&](const Leftover& leftover) { return spool.unlink(leftover.file); }));
}

}  // namespace proviso::spool
