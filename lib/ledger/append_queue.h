// Entries of writers that wait for the lock, so that whoever holds it appends them with its own and
// all pay for one group.
//
// <ledger>/queue/NAME is one writer's: "PVQUEUE1", an acknowledgement (zeros at first), the MAC of
// NAME and payload, and the payload (JSON). Its writer keeps the file locked, so that nothing of
// one that died is appended. The holder of the lock writes the acknowledgement when the entries are
// durable: a MAC too, so that no file which was removed, changed or put back is taken for one. A
// whole file that is put back, and locked again, is appended once at the most: its ids are known.
// Nothing here is synced: whoever is not acknowledged appends again, under the same event ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

// A writer's side: what it waits for, until it goes out of scope.
class QueuedEntries {
 public:
  // `key`: Ledger::mac_key(). Error(io).
  QueuedEntries(const std::filesystem::path& ledger, std::span<const Entry>,
                std::span<const std::byte> key);
  ~QueuedEntries();
  QueuedEntries(const QueuedEntries&) = delete;
  QueuedEntries& operator=(const QueuedEntries&) = delete;

  // Whether the entries are durable, covered by a head that another process wrote.
  bool acknowledged() const;

 private:
  std::filesystem::path path_;
  base::UniqueFd fd_;
  base::Sha256 expected_{};
};

// The other side: for the holder of the lock.
class QueuedWriter {
 public:
  // Those that wait and have this ledger's MAC, in the order of their names. Removes what writers
  // that died left. Never fails: a writer that is passed over appends for itself. `key`:
  // Ledger::mac_key(), not called where nobody waits.
  static std::vector<QueuedWriter> all(const std::filesystem::path& ledger,
                                       const std::function<std::span<const std::byte>()>& key);

  const std::vector<Entry>& entries() const { return entries_; }
  // Once all of its entries are durable. A failure leaves the writer waiting for the lock.
  void acknowledge() const;

 private:
  base::UniqueFd fd_;
  base::Sha256 acknowledgement_{};
  std::vector<Entry> entries_;
};

}  // namespace proviso::ledger
