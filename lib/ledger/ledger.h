// The ledger: an append-only, Merkle-hashed (RFC 6962), signed log of counts and decisions, without
// personal data.
//
// A directory: entries/NNNN.ndjson (a line is a leaf), `checkpoint` (C2SP signed note, Ed25519),
// documents/ (by digest), open/ (counts of runs in progress). See FORMAT.md. Several processes may
// append; a lock orders them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/ids.h"
#include "base/instant.h"
#include "crypto/keys.h"
#include "ledger/corrections.h"

namespace proviso::ledger {

// An entry to be appended; to_entry() of facts.h makes it.
struct Entry {
  std::string event;  // of events.h
  std::string tool;
  std::string run;       // empty: none
  std::string event_id;  // empty: made at append. An id already in the ledger is skipped, so a
                         // retry appends nothing.
  std::string members = "{}";  // of its fact: a JSON object, its members sorted by name
  // The id is looked for from this entry on: durable_size() before the id was made.
  std::uint64_t id_since = 0;
};

// An entry as read back: what all entries have. read() of facts.h returns the rest.
struct StoredEntry {
  std::uint64_t index = 0;
  base::Instant time;
  std::string tool, run, event, event_id;
  std::string line;  // as it is on disk, without the newline
};

struct Checkpoint {
  std::string origin;  // "proviso/<provider id>[/rehearsal]"
  std::uint64_t size = 0;
  base::Sha256 root{};
  // Of the checkpoint that covers a rotation: the key that signs what follows, raw. Else empty.
  base::Bytes next_key{};
};

// The end of an origin in rehearsal mode.
constexpr std::string_view kRehearsalSuffix = "/rehearsal";

struct Identity {
  std::string origin;  // with kRehearsalSuffix in rehearsal mode, and only then
  bool rehearsal = false;
};

class Appender;
class VerifiedEntries;

class Ledger {
 public:
  // Creates the directory with its first entry, which names the instrument. Error(cannot_create)
  // when it is not empty.
  static void create(const std::filesystem::path&, const Identity&, const crypto::PrivateKey&,
                     std::string_view instrument);

  // For reading only (audit, reports): needs the public key to check the checkpoint.
  // Error(check_failed) if it does not verify.
  static Ledger open_to_read(const std::filesystem::path&, const crypto::PublicKey&);
  // For appending. Error(config) when the ledger is of the other mode (production / rehearsal).
  static Ledger open_to_append(const std::filesystem::path&,
                               std::shared_ptr<const crypto::PrivateKey>, bool rehearsal);
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  ~Ledger();

  // Group commit: all entries durable and covered by a new checkpoint when it returns. Takes the
  // lock; cuts bytes behind the checkpoint first (event ledger.recovered). Error(temp_fail) when
  // others hold the lock for too long. Thread safe.
  void append(const std::vector<Entry>&);
  void append(Entry entry) { append(std::vector<Entry>{std::move(entry)}); }

  // From the next entry on, which both keys sign, `next` signs in this one's place: also what this
  // object appends. Other processes that have the old key end at their next append with
  // Error(config), or, once the new key has signed twice, with Error(check_failed).
  // Error(temp_fail) while counts of a run are in progress, Error(usage) for the same key,
  // Error(config) for one that is not Ed25519 or an origin that is too long.
  void rotate_key(std::shared_ptr<const crypto::PrivateKey> next);

  // Calls `visit` for each entry with index >= from that the newest checkpoint covers, in order;
  // until it returns false. Returns the index to go on from. Cheap when nothing is new. Each is
  // hashed up to the signed root first: Error(check_failed) with the place of one that does not
  // fit, or when the log no longer has what was read before.
  std::uint64_t read(std::uint64_t from,
                     const std::function<bool(const StoredEntry&)>& visit) const;
  // The times of entries that a wrong clock wrote. Error as above, and Error(data) as read() of
  // facts.h.
  Corrections corrections() const;
  // As lines, with the hashes that prove them: verified_entries.h.
  std::shared_ptr<const VerifiedEntries> entries() const;
  Checkpoint checkpoint() const;        // re-read from disk
  std::string checkpoint_note() const;  // the same, as it is signed; durable when it returns
  std::uint64_t durable_size() const;   // entries that no power cut takes back
  // What a note signs: one of this ledger's key, or of one that was rotated to it. `name`: of the
  // note, for Error(check_failed).
  Checkpoint verified(std::string_view note, std::string_view name) const;
  // Error(check_failed) unless the log begins with what an earlier checkpoint signed, a note that
  // `name` remembers: so that a rollback shows, also one that has grown past it.
  void require_extends(std::string_view note, std::string_view name) const;
  std::optional<StoredEntry> last() const;

  // Keeps configuration documents (policy, DPIA, instrument, notice), never personal data; returns
  // the SHA-256 of each in hex. They are durable when it returns. What is kept already is not
  // written again; Error(check_failed) with its place when it was changed since.
  std::vector<std::string> keep_documents(std::span<const std::string_view>);
  std::string keep_document(std::string_view bytes);
  const std::filesystem::path& directory() const;
  bool rehearsal() const;
  // Held while a file is made that a rotation of the key must not meet. Error(temp_fail), and as
  // checkpoint().
  base::FileLock hold() const;
  // For MACs of what is not an entry yet: from the ledger's private key, so that nobody else can
  // make them. Empty when the ledger was opened for reading.
  std::span<const std::byte> mac_key() const;

 private:
  struct Impl;
  explicit Ledger(std::unique_ptr<Impl>);
  Appender& appender() const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proviso::ledger
