// The log as a process knows it: its head, and the entries that the newest one covers.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "crypto/keys.h"
#include "ledger/head.h"
#include "ledger/stored_hashes.h"
#include "ledger/summary.h"
#include "ledger/verified_entries.h"

namespace proviso::ledger {

constexpr std::string_view kLockName = "lock";

// One thread at a time, but for head(), directory() and key().
class Log {
 public:
  Log(std::filesystem::path directory, const crypto::PublicKey&);

  const std::filesystem::path& directory() const { return directory_; }
  const crypto::PublicKey& key() const { return key_; }
  const Head& head() const { return head_; }
  Head& head() { return head_; }

  // Error(check_failed) for what lies beside the entries.
  Checkpoint checked_head() const;
  // The entries of the newest checkpoint, which must be those that this process read before, and
  // more. `keep`: as for VerifiedEntries.
  std::shared_ptr<const VerifiedEntries> entries(StoredHashes* keep = nullptr);
  // What these come to.
  const Summary& summary();

  // What this process has just appended, and made the head.
  void set(std::shared_ptr<const VerifiedEntries> entries) { entries_ = std::move(entries); }

 private:
  std::filesystem::path directory_;
  crypto::PublicKey key_;
  Head head_;
  std::shared_ptr<const VerifiedEntries> entries_;  // of the newest head that was read
  Summary summary_;
};

}  // namespace proviso::ledger
