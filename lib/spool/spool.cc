#include "spool/spool.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "spool/beneath.h"

namespace proviso::spool {

base::UniqueFd open_beneath(int directory_fd, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<__u64>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return base::UniqueFd(
      static_cast<int>(::syscall(SYS_openat2, directory_fd, path.c_str(), &how, sizeof how)));
}

namespace {

bool is_path(std::string_view text) {
  return !text.empty() && text.find('\0') == std::string_view::npos;
}

base::ItemError not_opened(int error) {
  const auto unreadable = [](std::string what, bool retryable = false) {
    return base::ItemError{"content_unreadable", std::move(what), retryable, {}, {}};
  };
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {"content_gone", "no such file in the spool", false, {}, {}};
    case EXDEV:
    case ELOOP:
      return unreadable("the path leaves the spool or passes a symbolic link");
    case EIO:
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return unreadable(std::strerror(error), true);
    default:
      return unreadable(std::strerror(error));
  }
}

// The folder that a name is in, and what the name is now.
struct Found {
  base::UniqueFd opened;  // a folder below the spool
  int folder = -1;        // that one, or the spool itself
  std::string name;
  struct stat status {};
};

// nullopt if there is no regular file of that name.
std::optional<Found> find(int directory_fd, std::string_view path) {
  if (!is_path(path)) return std::nullopt;
  const std::size_t slash = path.rfind('/');
  Found found;
  found.folder = directory_fd;
  found.name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (found.name.empty() || found.name == "." || found.name == "..") return std::nullopt;
  if (slash != std::string_view::npos) {
    const std::string parent{path.substr(0, slash)};
    found.opened = open_beneath(directory_fd, parent, O_PATH | O_DIRECTORY);
    if (!found.opened) return std::nullopt;
    found.folder = found.opened.get();
  }
  if (::fstatat(found.folder, found.name.c_str(), &found.status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(found.status.st_mode))
    return std::nullopt;
  return found;
}

bool remove(const Found& found) { return ::unlinkat(found.folder, found.name.c_str(), 0) == 0; }

}  // namespace

Spool::Spool(const std::filesystem::path& directory)
    : directory_(base::open_directory(directory)) {}

base::Result<OpenFile> Spool::open(std::string_view relative_path) const {
  if (!is_path(relative_path))
    return base::fail("content_unreadable", "the path is empty or holds a NUL byte");
  OpenFile file;
  file.pin.path = relative_path;
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  file.fd = open_beneath(directory_.get(), file.pin.path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
  if (!file.fd) return tl::make_unexpected(not_opened(errno));
  struct stat status {};
  if (::fstat(file.fd.get(), &status) != 0)
    return base::fail("content_unreadable", std::strerror(errno), true);
  if (!S_ISREG(status.st_mode)) return base::fail("content_unreadable", "not a regular file");
  file.size = static_cast<std::uint64_t>(status.st_size);
  file.pin.device = status.st_dev;
  file.pin.inode = status.st_ino;
  return file;
}

base::Result<std::optional<Pin>> Spool::pin(std::string_view relative_path) const {
  base::Result<OpenFile> file = open(relative_path);
  if (file) return std::optional<Pin>(std::move(file->pin));
  if (file.error().code == "content_gone") return std::optional<Pin>();
  return tl::make_unexpected(std::move(file.error()));
}

bool Spool::unlink(const Pin& pin) const {
  const std::optional<Found> found = find(directory_.get(), pin.path);
  return found && found->status.st_dev == pin.device && found->status.st_ino == pin.inode &&
         remove(*found);
}

bool Spool::unlink_unopened(std::string_view relative_path) const {
  const std::optional<Found> found = find(directory_.get(), relative_path);
  return found && remove(*found);
}

}  // namespace proviso::spool
