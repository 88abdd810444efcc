#include "ledger/checkpoint_copy.h"

#include <optional>
#include <string>
#include <system_error>

#include "base/file.h"

namespace proviso::ledger {
void require_extends_copy(const Ledger& ledger, const std::filesystem::path& folder) {
  const std::filesystem::path copy = folder / kCheckpointCopy;
  if (const auto note = base::read_file_if_there(copy))
    ledger.require_extends(*note, copy.string());
}

void keep_copy(const Ledger& ledger, const std::filesystem::path& folder) {
  const auto lock = base::FileLock::take_within(folder / "checkpoint.lock");
  require_extends_copy(ledger, folder);
  const std::string note = ledger.checkpoint_note();
  if (base::read_file_if_there(folder / kCheckpointCopy) == note) return;
  base::write_file_atomically(folder / kCheckpointCopy, note, 0600);
}

}  // namespace proviso::ledger
