// Appends to a log: one process at a time writes, under the lock, for all that wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "crypto/keys.h"
#include "ledger/append_queue.h"
#include "ledger/ledger.h"
#include "ledger/log.h"
#include "ledger/segments.h"
#include "ledger/snapshot.h"

namespace proviso::ledger {

// One thread at a time.
class Appender {
 public:
  // The log must outlive it.
  Appender(Log& log, std::shared_ptr<const crypto::PrivateKey> key)
      : log_(log), key_(std::move(key)) {}

  // The first entry of a log that is made now.
  void begin_log(const std::string& origin, const Entry& first);
  // As Ledger::append().
  void append(const std::vector<Entry>&);
  // Appends the entry that puts another key in this one's place; this object is of no use then. As
  // Ledger::rotate_key().
  void rotate_key(const crypto::PrivateKey& next);

  // As Ledger::mac_key().
  std::span<const std::byte> mac_key();

 private:
  // What is known of the newest entry.
  struct Tail {
    Place end;  // where the next begins
    base::Instant time;
  };
  // The entries as they are, durable, and where the next goes.
  struct Beginning {
    std::shared_ptr<const VerifiedEntries> before;
    Tail now;
    std::uint64_t cut = 0;  // bytes that lay behind them
  };

  // All of these with the lock held.
  Beginning begin(StoredHashes&);
  void append_locked(const std::vector<Entry>& wanted);
  std::vector<std::string> lines_of(const std::vector<Entry>& wanted, const VerifiedEntries& before,
                                    base::Instant& time, std::unordered_set<std::string>& added);
  void learn_ids(const VerifiedEntries& before, std::uint64_t from);
  std::optional<Entry> snapshot_entry(const VerifiedEntries& before);
  std::uint64_t cut_unacknowledged(Place end) const;
  Place write_lines(Place end, const std::vector<std::string>& lines) const;
  std::vector<Entry> own_entries(const VerifiedEntries& before, std::uint64_t cut);
  // `next`: the key that signs from here on, where another is to.
  void commit(const VerifiedEntries& before, Tail now, const std::vector<Entry>& all,
              const crypto::PrivateKey* next = nullptr);
  void write_group(Tree tree, const std::string& origin, const Tail& from,
                   const std::vector<std::string>& lines, const crypto::PrivateKey* next);
  void drop_snapshot();
  // Without it.
  void append_queued(std::vector<Entry> wanted);

  Log& log_;
  std::shared_ptr<const crypto::PrivateKey> key_;
  std::optional<Tail> tail_;             // of the log's entries
  std::uint64_t durable_size_ = 0;       // of the head that this process made or saw durable
  base::SecretBytes mac_key_;            // empty until it is asked for
  std::unordered_set<std::string> ids_;  // of the entries [ids_from_, ids_to_)
  std::uint64_t ids_from_ = 0, ids_to_ = 0;
  // After a group that others had a part in: they are about to come again, and who does not wait
  // for them makes them wait for the group after the next.
  std::chrono::nanoseconds pause_for_others_{};
  std::optional<SnapshotTaken> new_snapshot_;      // made, and its entry is not there yet
  std::uint64_t snapshot_due_ = kSnapshotEntries;  // at this size, if no other process makes one
};

}  // namespace proviso::ledger
