#include "ledger/checkpoint_copy.h"

#include <optional>
#include <string>
#include <system_error>

#include "base/file.h"

namespace proviso::ledger {
namespace {

// Nothing where there is none. Error(check_failed) for what is not a file.
std::optional<std::string> read_copy(const std::filesystem::path& copy) {
  std::error_code error;
  const auto type = std::filesystem::symlink_status(copy, error).type();
  if (type == std::filesystem::file_type::not_found) return std::nullopt;
  if (type != std::filesystem::file_type::regular)
    throw base::Error(base::ExitCode::check_failed, "not a regular file", copy.string());
  return base::read_file(copy);
}

}  // namespace

void require_extends_copy(const Ledger& ledger, const std::filesystem::path& folder) {
  const std::filesystem::path copy = folder / kCheckpointCopy;
  if (const auto note = read_copy(copy)) ledger.require_extends(*note, copy.string());
}

void keep_copy(const Ledger& ledger, const std::filesystem::path& folder) {
  const auto lock = base::FileLock::take_within(folder / "checkpoint.lock");
  require_extends_copy(ledger, folder);
  const std::string note = ledger.checkpoint_note();
  if (read_copy(folder / kCheckpointCopy) == note) return;
  base::write_file_atomically(folder / kCheckpointCopy, note, 0600);
}

}  // namespace proviso::ledger
