// Files: descriptors, whole reads, files that appear whole, opens below a directory, locks.
#pragma once

#include <dirent.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace proviso::base {

namespace fs = std::filesystem;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using UniqueDirectory = std::unique_ptr<DIR, CloseDirectory>;

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

constexpr std::uint64_t kMaxDocumentBytes = 16u << 20;  // policies, DPIAs, keys, certificates

// Reads a whole regular file. Error(no_input) if it does not exist, Error(data) if it is larger
// than `limit`, else Error(io).
std::string read_file(const fs::path&, std::uint64_t limit = kMaxDocumentBytes);
// The same; nullopt where there is none. Error(check_failed) for a link, or anything else but a
// file.
std::optional<std::string> read_file_if_there(const fs::path&);
SecretBytes read_secret_file(const fs::path&, std::uint64_t limit = kMaxDocumentBytes);

// Writes all of `data`, retrying short writes. Returns 0, or the errno that stopped it.
[[nodiscard]] int try_write_all(int fd, std::string_view data) noexcept;
// Error(io) names `where`.
void write_all(int fd, std::string_view data, std::string_view where);
// Fills `out` from `offset`. Returns the bytes read, fewer only at the end of the file; -1 with
// errno on failure.
std::int64_t read_at(int fd, std::uint64_t offset, std::span<std::byte> out) noexcept;
// As the two above, at a place. Does not move the file's offset.
[[nodiscard]] int try_write_at(int fd, std::uint64_t offset,
                               std::span<const std::byte> data) noexcept;
void write_at(int fd, std::uint64_t offset, std::span<const std::byte> data,
              std::string_view where);
void sync(int fd, std::string_view where);
void sync_directory(const fs::path&);

// A file that appears whole or not at all. Until commit() it has no name, or a temporary one if the
// file system requires it. commit() syncs it, renames it and syncs its directory. Without commit()
// it is removed with the object. Error(cannot_create), Error(io).
class PendingFile {
 public:
  explicit PendingFile(fs::path, mode_t mode = 0644);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();
  int fd() const { return fd_.get(); }
  void write_at(std::uint64_t offset, std::span<const std::byte>);
  void commit();

 private:
  fs::path path_;
  std::string temporary_;
  UniqueFd fd_;
  bool nameless_ = false;
};

void write_file_atomically(const fs::path&, std::string_view data, mode_t mode = 0644);
// The same without waiting for the disk: after a power cut the old file may be there.
void replace_file(const fs::path&, std::string_view data, mode_t mode = 0644);
// Creates a new file. Error(cannot_create) if the name exists. Secrets get mode 0600.
void write_new_file(const fs::path&, std::string_view data, mode_t mode = 0644);

UniqueFd open_directory(const fs::path&);

// What is directly in a folder, whose name must be no link: nothing is listed, opened or removed
// elsewhere, whatever takes its place meanwhile.
class Folder {
 public:
  // nullopt when there is none. Error(check_failed) for anything else of that name, Error(io).
  static std::optional<Folder> open(const fs::path&);
  std::vector<std::string> names() const;  // sorted; Error(io)
  // To read and write, or to read; invalid for what is gone, or is a link.
  UniqueFd open_file(const std::string& name, bool to_write) const;
  bool remove(const std::string& name) const;  // a file; false when it could not be

 private:
  Folder(UniqueFd fd, fs::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  UniqueFd fd_;
  fs::path path_;
};

// Locks are held for milliseconds; who holds one for longer hangs.
constexpr std::chrono::seconds kLongestLockWait{30};

// An advisory lock (flock(2)) on a file, which is created if missing. Held while the object lives.
class FileLock {
 public:
  // nullopt if another process holds the lock and `wait` is false.
  [[nodiscard]] static std::optional<FileLock> take(const fs::path&, bool wait,
                                                    bool shared = false);
  // Waits so long at the most, and two seconds at the most once base::stop_requested is set; others
  // who wait may come first. Error(temp_fail) names the process that holds it: who takes a lock
  // this way leaves its number in the file.
  [[nodiscard]] static FileLock take_within(const fs::path&,
                                            std::chrono::milliseconds = kLongestLockWait);
  // The same; nullopt as soon as `enough` says that the lock is needed no more.
  [[nodiscard]] static std::optional<FileLock> take_unless(
      const fs::path&, const std::function<bool()>& enough,
      std::chrono::milliseconds = kLongestLockWait);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// Opens a file without a name in `directory`, for what does not fit in memory. It is gone when the
// descriptor is closed. Error(cannot_create).
UniqueFd open_nameless(const fs::path& directory);

// A read-only mapping of a whole file. Error(io).
class Mapping {
 public:
  Mapping() = default;
  explicit Mapping(const fs::path&);
  Mapping(int fd, std::string_view where);
  Mapping(Mapping&&) noexcept;
  Mapping& operator=(Mapping&&) noexcept;
  ~Mapping();
  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace proviso::base
