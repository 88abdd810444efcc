// The spool: copies made for scanning, reached by directory descriptor. Nothing above it can be
// reached.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"

namespace proviso::spool {

// A file of the spool as it was when it was pinned.
struct Pin {
  std::string path;  // relative to the spool
  dev_t device = 0;
  ino_t inode = 0;
};

// A regular file of the spool, opened for reading.
struct OpenFile {
  base::UniqueFd fd;
  std::uint64_t size = 0;
  Pin pin;
};

// Thread safe. Keeps the directory open, so a renamed or replaced spool directory is not followed.
class Spool {
 public:
  // Error(no_input) if the directory does not exist.
  explicit Spool(const std::filesystem::path& directory);

  // Item errors: content_gone (no such file), content_unreadable (a symbolic link, not a regular
  // file, outside the spool, no permission; retryable for I/O errors and lack of resources).
  base::Result<OpenFile> open(std::string_view relative_path) const;
  // Pins the file without keeping it open. nullopt if it is gone; content_unreadable as in open().
  base::Result<std::optional<Pin>> pin(std::string_view relative_path) const;
  // Unlinks the file if it is still the one that was pinned. False if the name is gone or belongs
  // to another file.
  bool unlink(const Pin&) const;
  // Unlinks a regular file without opening it. False if there is none.
  bool unlink_unopened(std::string_view relative_path) const;

 private:
  base::UniqueFd directory_;
};

}  // namespace proviso::spool
