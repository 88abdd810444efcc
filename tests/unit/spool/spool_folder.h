// A spool in a temporary directory of its own.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/file.h"
#include "base/instant.h"

namespace proviso::spool {

inline base::Instant instant(const char* text) { return *base::parse_instant(text); }

struct SpoolFolder {
  std::filesystem::path path;

  SpoolFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-spool-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path = name;
    std::filesystem::create_directory(path / "spool");
  }
  SpoolFolder(const SpoolFolder&) = delete;
  SpoolFolder& operator=(const SpoolFolder&) = delete;
  ~SpoolFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  void put(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((path / "spool" / name).parent_path());
    base::write_new_file(path / "spool" / name, bytes);
  }
  void touch(const std::string& name, const char* modified) const {
    const timespec time{instant(modified).seconds, 0};
    const timespec times[2] = {time, time};
    if (::utimensat(AT_FDCWD, (path / "spool" / name).c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
      throw std::runtime_error("utimensat");
  }
};

}  // namespace proviso::spool
