// The spool: copies made for scanning. Confined access by directory descriptor; nothing above it
// can be reached.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/file.h"

namespace proviso::stage {

// Thread safe. Keeps the directory open, so that a renamed or replaced spool directory is not
// followed.
class Spool {
 public:
  // Error(no_input) when the directory is not there.
  explicit Spool(const std::filesystem::path& directory);

  base::Result<base::OpenFile> open(std::string_view relative_path) const {
    return base::open_beneath(directory_.get(), relative_path);
  }
  // Unlinks a regular file without ever opening it. False when there was none, or it is no regular
  // file, or it lies outside.
  bool remove_unopened(std::string_view relative_path) const;
  int descriptor() const { return directory_.get(); }

 private:
  base::UniqueFd directory_;
};

}  // namespace proviso::stage
