#include "vault/sqlite_case_database/writers.h"

#include <system_error>

#include "base/error.h"
#include "crypto/random.h"

namespace proviso::vault {

WriterLock::WriterLock(const std::filesystem::path& folder) {
  const std::optional<base::FileLock> entry =
      base::FileLock::take(folder / "writers.lock", true, true);
  name_ = crypto::random_hex(16);
  path_ = folder / kWritersName / name_;
  lock_ = base::FileLock::take(path_, false);
  if (!lock_) throw base::Error(base::ExitCode::temp_fail, "is locked", path_.string());
}

WriterLock::~WriterLock() {
  std::error_code ignored;  // a file left behind is removed by the next purge
  std::filesystem::remove(path_, ignored);
}

WriterGate::WriterGate(const std::filesystem::path& folder)
    : writers_(folder / kWritersName), lock_(base::FileLock::take(folder / "writers.lock", true)) {}

bool WriterGate::gone(const std::string& writer) const {
  std::error_code error;
  if (!std::filesystem::exists(writers_ / writer, error)) return true;
  const std::optional<base::FileLock> lock = base::FileLock::take(writers_ / writer, false);
  if (!lock) return false;
  std::filesystem::remove(writers_ / writer, error);
  return true;
}

void WriterGate::sweep() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(writers_, error))
    names.push_back(file.path().filename());
  for (const std::string& name : names) gone(name);
}

}  // namespace proviso::vault
