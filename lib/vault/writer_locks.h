// Which writers of a vault live: each holds a lock on a file of its own while its rows may be
// pending.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/file.h"

namespace proviso::vault {

// Taken by a process before it makes its first pending row; its file goes when the object does.
class WriterLock {
 public:
  explicit WriterLock(const std::filesystem::path& vault);
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock();
  const std::string& name() const { return name_; }

 private:
  std::filesystem::path path_;
  std::string name_;
  std::optional<base::FileLock> lock_;
};

// Keeps new writers out while it lives, so that a lock found free stays free.
class WriterGate {
 public:
  explicit WriterGate(const std::filesystem::path& vault);
  // Nobody holds that writer's lock; its file is removed.
  bool gone(const std::string& writer) const;
  // Removes the files of writers that are gone.
  void sweep() const;

 private:
  std::filesystem::path writers_;
  std::optional<base::FileLock> lock_;
};

}  // namespace proviso::vault
