#include "ledger/log.h"

#include <utility>

#include "base/error.h"
#include "ledger/segments.h"

namespace proviso::ledger {

Log::Log(std::filesystem::path directory, const crypto::PublicKey& key)
    : directory_(std::move(directory)),
      key_(crypto::PublicKey::from_pem(key.pem())),
      head_(directory_, key_) {}

// While others append, a file can be newer than the head that was read before.
Checkpoint Log::checked_head() const {
  for (;;) {
    Checkpoint read = head_.read();
    try {
      check_segment_files(directory_, read.size);
      return read;
    } catch (const base::Error&) {
      if (head_.read().size == read.size) throw;
    }
  }
}

std::shared_ptr<const VerifiedEntries> Log::entries(StoredHashes* keep) {
  Checkpoint checkpoint = head_.read();
  if (entries_ && entries_->checkpoint().size == checkpoint.size &&
      entries_->checkpoint().root == checkpoint.root && (keep == nullptr || entries_->is_stored()))
    return entries_;
  auto next = std::make_shared<const VerifiedEntries>(directory_, std::move(checkpoint), keep);
  if (entries_) next->require_extends(entries_->checkpoint(), "what was read before");
  entries_ = next;
  return next;
}

const Summary& Log::summary() {
  summary_.advance(*entries());
  return summary_;
}

}  // namespace proviso::ledger
