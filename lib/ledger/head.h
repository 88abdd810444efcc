// The ledger's head: the newest checkpoint that was signed.
//
// <ledger>/heads has two slots of 4 KiB, each a signed note and zeros, written in turn and synced:
// an append pays for no rename. <ledger>/checkpoint is the same note for everybody else, and a
// third copy. A note that is shorter than a sector is written whole or not at all, so a crash
// leaves a slot as it was or as it is to be; the other slot is then the head. Of a slot that was
// damaged the checkpoint has the newer note. If that is older too, nothing is cut: what lies behind
// the head may have been acknowledged.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "crypto/keys.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

constexpr std::size_t kHeadSlotBytes = 4096;

// Thread safe.
class Head {
 public:
  Head(std::filesystem::path ledger, const crypto::PublicKey&);

  // The copy that covers most entries, of those whose signature verifies. Error(check_failed) when
  // none does; Error(config) when one of them says that another key signs what follows.
  Checkpoint read() const;
  std::string note() const;  // the same, as it is signed

  // Copies that are not signed, where read() has another; slots that were never written are none.
  std::vector<base::Finding> damaged_slots() const;
  std::vector<base::Finding> damage() const;  // the same, and of `checkpoint`: for audit verify

  // Makes the head durable that another process wrote, which may have died before it was.
  void sync() const;

  // Makes a note the head, which was just made of that checkpoint: durable when it returns. Only
  // the holder of the ledger's lock writes. Error(usage) for a note that does not fit a slot,
  // Error(io).
  void write(const std::string& note, const Checkpoint&);

 private:
  std::pair<std::string, Checkpoint> newest() const;
  void write_copy(const std::string& note) const;
  std::vector<base::Finding> damage_now() const;
  // With the mutex held. nullopt for what the key did not sign.
  std::optional<Checkpoint> verified(const std::string& note) const;
  const Checkpoint& remember(const std::string& note, Checkpoint) const;

  std::filesystem::path ledger_;
  crypto::PublicKey key_;
  base::Bytes raw_key_;
  mutable std::mutex mutex_;
  // A note that was verified is not verified again: a stage reads the head for every batch.
  mutable std::deque<std::pair<std::string, Checkpoint>> verified_;
};

}  // namespace proviso::ledger
