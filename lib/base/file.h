// Files: descriptors, whole reads, files that appear whole, confined opens, locks.
#pragma once

#include <dirent.h>
#include <sys/types.h>

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

// Reads a regular file whole. Error(no_input) if it does not exist, (io) otherwise, (data) when
// larger than `limit`.
std::string read_file(const fs::path&, std::uint64_t limit = kMaxDocumentBytes);
SecretBytes read_secret_file(const fs::path&, std::uint64_t limit = kMaxDocumentBytes);

// Writes `fd` out whole, retrying short writes; Error(io).
void write_all(int fd, std::string_view data, std::string_view where);
void sync(int fd, std::string_view where);
void sync_directory(const fs::path&);

// A file that appears whole or not at all: nameless (or, where the file system cannot, under a
// temporary name in the same directory) until commit(): fsync, rename, fsync of the directory.
// Uncommitted, it goes with the object. Error(cannot_create), Error(io).
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
// Creates a new file; Error(cannot_create) when the name is taken. Secrets get mode 0600.
void write_new_file(const fs::path&, std::string_view data, mode_t mode = 0644);

UniqueFd open_directory(const fs::path&);

// An advisory lock (flock) on a file that is created if missing; held while the object lives.
class FileLock {
 public:
  // nullopt when another process holds it and `wait` is false.
  static std::optional<FileLock> take(const fs::path&, bool wait, bool shared = false);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// A file without a name in that directory, for what does not fit in memory; it goes with its
// descriptor. Error(cannot_create).
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
