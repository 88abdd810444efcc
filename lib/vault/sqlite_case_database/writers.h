// Which writers of a vault are alive: each holds a lock on a file of its own while its rows may be
// pending.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/file.h"
#include "vault/case_database.h"

namespace proviso::vault {

constexpr std::string_view kWritersName = "writers";

// The file goes when the object does.
class WriterLock final : public Writer {
 public:
  explicit WriterLock(const std::filesystem::path& folder);
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock() override;
  const std::string& name() const override { return name_; }

 private:
  std::filesystem::path path_;
  std::string name_;
  std::optional<base::FileLock> lock_;
};

// Keeps new writers out while it lives, so that a lock found free stays free.
class WriterGate {
 public:
  explicit WriterGate(const std::filesystem::path& folder);
  // True if nobody holds that writer's lock; its file is then removed.
  bool gone(const std::string& writer) const;
  // Removes the files of writers that are gone.
  void sweep() const;

 private:
  std::filesystem::path writers_;
  std::optional<base::FileLock> lock_;
};

}  // namespace proviso::vault
