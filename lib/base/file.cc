#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>

#include "base/stop.h"

namespace proviso::base {
namespace {

// Opens a regular file of at most `limit` bytes. Its size is checked again while reading, because
// it may grow.
UniqueFd open_to_read(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) {
    throw_errno(errno, "cannot be opened", path.string(),
                errno == ENOENT   ? ExitCode::no_input
                : errno == EACCES ? ExitCode::no_permission
                                  : ExitCode::io);
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw_errno(errno, "cannot be read", path.string());
  if (!S_ISREG(status.st_mode)) throw Error(ExitCode::io, "not a regular file", path.string());
  return fd;
}

template <class Append>
void read_whole(int fd, const fs::path& path, std::uint64_t limit, const Append& append) {
  std::uint64_t total = 0;
  std::array<std::byte, 64 * 1024> buffer;
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(errno, "cannot be read", path.string());
    if (got == 0) return;
    total += static_cast<std::uint64_t>(got);
    if (total > limit) {
      throw Error(ExitCode::data, "larger than " + std::to_string(limit) + " bytes", path.string());
    }
    append(std::span<const std::byte>(buffer.data(), static_cast<std::size_t>(got)));
  }
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

std::string temporary_name(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return path.string() + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) reset(other.release());
  return *this;
}

UniqueFd::~UniqueFd() { reset(); }

int UniqueFd::release() { return std::exchange(fd_, -1); }

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

std::string read_file(const fs::path& path, std::uint64_t limit) {
  const UniqueFd fd = open_to_read(path);
  std::string text;
  read_whole(fd.get(), path, limit,
             [&](std::span<const std::byte> part) { text.append(as_text(part)); });
  return text;
}

SecretBytes read_secret_file(const fs::path& path, std::uint64_t limit) {
  const UniqueFd fd = open_to_read(path);
  SecretBytes secret;
  read_whole(fd.get(), path, limit, [&](std::span<const std::byte> part) {
    SecretBytes longer(secret.size() + part.size());
    if (!secret.empty()) std::memcpy(longer.span().data(), secret.span().data(), secret.size());
    std::memcpy(longer.span().data() + secret.size(), part.data(), part.size());
    secret = std::move(longer);
  });
  return secret;
}

std::optional<std::string> read_file_if_there(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(path, error).type();
  if (type == fs::file_type::not_found) return std::nullopt;
  if (type != fs::file_type::regular)
    throw Error(ExitCode::check_failed, "not a regular file", path.string());
  return read_file(path);
}

int try_write_all(int fd, std::string_view data) noexcept {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

void write_all(int fd, std::string_view data, std::string_view where) {
  if (const int failure = try_write_all(fd, data); failure != 0)
    throw_errno(failure, "cannot be written", where);
}

std::int64_t read_at(int fd, std::uint64_t offset, std::span<std::byte> out) noexcept {
  std::size_t have = 0;
  while (have < out.size()) {
    const ssize_t got =
        ::pread(fd, out.data() + have, out.size() - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return static_cast<std::int64_t>(have);
}

int try_write_at(int fd, std::uint64_t offset, std::span<const std::byte> data) noexcept {
  while (!data.empty()) {
    const ssize_t written = ::pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    data = data.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return 0;
}

void write_at(int fd, std::uint64_t offset, std::span<const std::byte> data,
              std::string_view where) {
  if (const int failure = try_write_at(fd, offset, data); failure != 0)
    throw_errno(failure, "cannot be written", where);
}

void sync(int fd, std::string_view where) {
  if (::fsync(fd) != 0) throw_errno(errno, "cannot be made durable", where);
}

void sync_directory(const fs::path& path) {
  const UniqueFd fd = open_directory(path);
  sync(fd.get(), path.string());
}

PendingFile::PendingFile(fs::path path, mode_t mode)
    : path_(std::move(path)), temporary_(temporary_name(path_)) {
  // The file has no name until it is whole, so that a process that is killed leaves nothing behind.
  // Giving it a name needs /proc.
  if (::access("/proc/self/fd", X_OK) == 0)
    fd_.reset(::open(parent_of(path_).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
  nameless_ = static_cast<bool>(fd_);
  if (!fd_)
    fd_.reset(::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd_) throw_errno(errno, "cannot be created", temporary_, ExitCode::cannot_create);
}

PendingFile::~PendingFile() {
  if (fd_ && !nameless_) ::unlink(temporary_.c_str());
}

void PendingFile::write_at(std::uint64_t offset, std::span<const std::byte> data) {
  base::write_at(fd_.get(), offset, data, temporary_);
}

void PendingFile::commit() {
  sync(fd_.get(), temporary_);
  if (nameless_) {
    const std::string own = "/proc/self/fd/" + std::to_string(fd_.get());
    if (::linkat(AT_FDCWD, own.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0)
      throw_errno(errno, "cannot be named", temporary_);
    nameless_ = false;
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    throw_errno(errno, "cannot be renamed into place", path_.string());
  fd_.reset();
  sync_directory(parent_of(path_));
}

void write_file_atomically(const fs::path& path, std::string_view data, mode_t mode) {
  PendingFile file(path, mode);
  write_all(file.fd(), data, path.string());
  file.commit();
}

void replace_file(const fs::path& path, std::string_view data, mode_t mode) {
  const std::string name = temporary_name(path);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  UniqueFd fd(::open(name.c_str(), kFlags, mode));
  if (!fd && errno == EEXIST && ::unlink(name.c_str()) == 0)  // of a process of this number, dead
    fd.reset(::open(name.c_str(), kFlags, mode));
  if (!fd) throw_errno(errno, "cannot be created", name, ExitCode::cannot_create);
  const int failure = try_write_all(fd.get(), data);
  if (failure == 0 && ::rename(name.c_str(), path.c_str()) == 0) return;
  const int reason = failure != 0 ? failure : errno;
  ::unlink(name.c_str());
  throw_errno(reason, "cannot be written", path.string());
}

void write_new_file(const fs::path& path, std::string_view data, mode_t mode) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) throw_errno(errno, "cannot be created", path.string(), ExitCode::cannot_create);
  write_all(fd.get(), data, path.string());
  sync(fd.get(), path.string());
  sync_directory(parent_of(path));
}

UniqueFd open_directory(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd)
    throw_errno(errno, "cannot be opened as a directory", path.string(),
                errno == ENOENT ? ExitCode::no_input : ExitCode::io);
  return fd;
}

std::optional<Folder> Folder::open(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd) return Folder(std::move(fd), path);
  if (errno == ENOENT) return std::nullopt;
  if (errno == ENOTDIR || errno == ELOOP)
    throw Error(ExitCode::check_failed, "not a folder", path.string());
  throw_errno(errno, "cannot be opened as a directory", path.string());
}

std::vector<std::string> Folder::names() const {
  UniqueFd own(::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const UniqueDirectory directory(own ? ::fdopendir(own.get()) : nullptr);
  if (!directory) throw_errno(errno, "cannot be listed", path_.string());
  own.release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) throw_errno(errno, "cannot be listed", path_.string());
  std::sort(names.begin(), names.end());
  return names;
}

UniqueFd Folder::open_file(const std::string& name, bool to_write) const {
  const int mode = to_write ? O_RDWR : O_RDONLY;
  return UniqueFd(::openat(fd_.get(), name.c_str(), mode | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

bool Folder::remove(const std::string& name) const {
  return ::unlinkat(fd_.get(), name.c_str(), 0) == 0;
}

std::optional<FileLock> FileLock::take(const fs::path& path, bool wait, bool shared) {
  const int operation = (shared ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB);
  for (;;) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!fd && (errno == ELOOP || errno == EISDIR))
      throw Error(ExitCode::check_failed, "not a regular file", path.string());
    if (!fd) throw_errno(errno, "the lock cannot be opened", path.string());
    while (::flock(fd.get(), operation) != 0) {
      if (errno == EINTR) continue;
      if (errno == EWOULDBLOCK) return std::nullopt;
      throw_errno(errno, "cannot be locked", path.string());
    }
    // Who locks a file that was removed meanwhile keeps nobody out.
    struct stat locked {};
    struct stat named {};
    if (::fstat(fd.get(), &locked) == 0 && ::lstat(path.c_str(), &named) == 0 &&
        locked.st_ino == named.st_ino && locked.st_dev == named.st_dev)
      return FileLock(std::move(fd));
  }
}

std::optional<FileLock> FileLock::take_unless(const fs::path& path,
                                              const std::function<bool()>& enough,
                                              std::chrono::milliseconds most) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kFirstPause = std::chrono::microseconds(100);
  constexpr auto kLongestPause = std::chrono::microseconds(500);
  constexpr auto kAfterStop = std::chrono::seconds(2);  // others work for milliseconds
  constexpr std::size_t kNumberWidth = 10;
  auto end = Clock::now() + most;
  bool stopping = false;
  auto pause = kFirstPause;
  for (;;) {
    if (auto lock = take(path, false)) {
      // Of one width, as to cut the file would cost more than the rest. Only for the message below:
      // a failure is not one of the lock.
      std::string number = std::to_string(::getpid());
      number.resize(kNumberWidth, ' ');
      number += '\n';
      struct stat status {};
      const bool is_alone = ::fstat(lock->fd_.get(), &status) == 0 && status.st_nlink == 1;
      [[maybe_unused]] const ssize_t written =
          is_alone ? ::pwrite(lock->fd_.get(), number.data(), number.size(), 0) : 0;
      return lock;
    }
    if (enough()) return std::nullopt;
    if (stop_requested && !stopping) {
      stopping = true;
      end = std::min(end, Clock::now() + kAfterStop);
    }
    if (Clock::now() >= end) {
      std::string holder(kNumberWidth, ' ');
      const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
      if (!fd || ::pread(fd.get(), holder.data(), holder.size(), 0) < 0) holder.clear();
      std::erase_if(holder, [](char c) { return c < '0' || c > '9'; });
      throw Error(ExitCode::temp_fail,
                  "is held by process " + (holder.empty() ? "?" : holder) +
                      (stopping ? "; the wait was ended" : "; it was waited for long enough"),
                  path.string(), "try again");
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

FileLock FileLock::take_within(const fs::path& path, std::chrono::milliseconds most) {
  return *take_unless(
      path, [] { return false; }, most);
}

UniqueFd open_nameless(const fs::path& directory) {
  const std::string where = directory.empty() ? "." : directory.string();
  UniqueFd fd(::open(where.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd) return fd;
  // Not every file system has O_TMPFILE.
  const std::string name = temporary_name(fs::path(where) / "nameless");
  fd.reset(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) throw_errno(errno, "no temporary file can be created", where, ExitCode::cannot_create);
  ::unlink(name.c_str());
  return fd;
}

Mapping::Mapping(const fs::path& path) : Mapping(open_to_read(path).get(), path.string()) {}

Mapping::Mapping(int fd, std::string_view where) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno(errno, "cannot be read", where);
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;
  void* const mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) throw_errno(errno, "cannot be mapped", where);
  data_ = static_cast<const std::byte*>(mapped);
}

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Mapping::~Mapping() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace proviso::base
