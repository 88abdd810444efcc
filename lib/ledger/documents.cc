#include "ledger/documents.h"

#include <system_error>

#include "base/file.h"
#include "crypto/random.h"

namespace proviso::ledger {

namespace fs = std::filesystem;

fs::path documents_of(const fs::path& ledger) { return ledger / "documents"; }

std::optional<std::string> read_document(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) return std::nullopt;
  // Larger than any that is kept.
  if (const auto size = fs::file_size(path, error); !error && size > base::kMaxDocumentBytes)
    return std::nullopt;
  std::string bytes = base::read_file(path);
  if (crypto::sha256_hex(bytes) != path.filename().string()) return std::nullopt;
  return bytes;
}

}  // namespace proviso::ledger
