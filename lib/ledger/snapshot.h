// Snapshots: what the first entries of a log come to, so that a start reads only what lies behind.
//
// <ledger>/snapshots/<size>.<version>, of the entries [0, size): a head (JSON), a newline, then the
// live cases as records of 40 bytes, sorted by key, in pages of 128. Entry number `size` is
// ledger.snapshot with the head's digest, the head has those of the pages: so all of a file that is
// read was named by an entry that was hashed up to the signed root. A file that its entry does not
// name is no snapshot.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/ids.h"
#include "ledger/corrections.h"
#include "ledger/facts.h"
#include "ledger/verified_entries.h"

namespace proviso::ledger {

constexpr int kSnapshotVersion = 1;
// So many entries lie between snapshots, at the least: a start reads no more than these in a ledger
// that has few cases. Where many cases live, an eighth of them, so that the cost of an append does
// not grow with their number.
constexpr std::uint64_t kSnapshotEntries = 4096;

// Of a case: the first 16 bytes of the SHA-256 of its id.
using SnapshotKey = std::array<unsigned char, 16>;
SnapshotKey snapshot_key(const base::CaseId&);
struct HashSnapshotKey {  // it is a hash already
  std::size_t operator()(const SnapshotKey& key) const {
    std::size_t hash = 0;
    std::memcpy(&hash, key.data(), sizeof hash);
    return hash;
  }
};

// What is known of a case that was not purged.
struct SnapshotCase {
  struct Decision {
    std::int64_t day = 0;
    std::uint64_t resumes = 0;
    bool error = false;
    bool operator==(const Decision&) const = default;
  };
  std::optional<std::uint64_t> stored;  // index of its first case.stored
  std::string technology;               // of its last decision, else of what was stored
  std::optional<Decision> decision;     // the last
  bool operator==(const SnapshotCase&) const = default;
};

// The head of a snapshot.
struct SnapshotHead {
  struct Act {  // an entry, verbatim
    std::uint64_t n = 0;
    std::string line;
  };
  struct Day {
    std::int64_t day = 0;
    std::uint64_t resumes = 0, decisions = 0, errors = 0;
  };
  struct Technology {
    std::string name;
    std::vector<Act> acts;
    std::vector<Day> days;
  };
  std::uint64_t size = 0;
  std::vector<Corrections::Correction> corrections;
  std::vector<Act> rotations;            // ledger.key-rotated
  std::vector<Technology> technologies;  // sorted by name: cases name them by number
  std::uint64_t cases = 0;
  std::vector<std::string> pages;  // SHA-256, hex
};

class Snapshot {
 public:
  // The newest whose digest stands in its entry; nullopt: none. Error(check_failed) as
  // VerifiedEntries::read().
  static std::optional<Snapshot> newest(const VerifiedEntries&);
  // The one that an entry names; nullopt where the file is gone or another.
  static std::optional<Snapshot> open(const std::filesystem::path& ledger, const SnapshotTaken&);
  // One that was just made, in memory.
  static Snapshot of(SnapshotHead, std::string records);

  const SnapshotHead& head() const { return head_; }
  // Error(check_failed) when its page was changed.
  std::optional<SnapshotCase> find(const SnapshotKey&) const;
  // All, sorted. Error as above.
  void cases(const std::function<void(const SnapshotKey&, const SnapshotCase&)>& visit) const;

  // The records of one that is in memory.
  const std::string& records() const { return records_; }

 private:
  Snapshot() = default;
  std::optional<SnapshotCase> find_in(std::string_view page, const SnapshotKey&) const;
  // Page `number`, which is read into `buffer` unless it is in memory.
  std::string_view page(std::size_t number, std::string& buffer) const;
  SnapshotCase case_of(std::string_view record) const;

  std::filesystem::path path_;
  base::UniqueFd file_;
  std::uint64_t records_at_ = 0;
  SnapshotHead head_;
  std::string records_;  // where it is in memory: without a file
  mutable std::unordered_map<std::size_t, std::string> read_pages_;  // few are read once alone
};

// A snapshot that was made: as it is to be written, what its entry says, and as it will be read.
struct SnapshotFile {
  std::string head;
  SnapshotTaken taken;
  Snapshot snapshot;
  std::string bytes() const;
};

class SnapshotWriter {
 public:
  explicit SnapshotWriter(SnapshotHead);              // its `cases` and `pages` are made here
  void add(const SnapshotKey&, const SnapshotCase&);  // sorted
  SnapshotFile finish();

 private:
  std::uint32_t number_of(const std::string& technology);

  SnapshotHead head_;
  std::string records_;
  std::uint32_t last_number_ = 0;  // most follow one of the same technology
};

// Durable when it returns. Only the holder of the ledger's lock writes, before it appends the
// entry. Error(io).
void write_snapshot(const std::filesystem::path& ledger, const SnapshotFile&);
// The same one, where its entry could not be appended. Error(check_failed), Error(io).
void remove_snapshot(const std::filesystem::path& ledger, const SnapshotTaken&);
// Removes all but the two newest that entries name. Error as above.
void remove_old_snapshots(const VerifiedEntries&);

// What does not fit the entries, for audit verify: files that were changed, or that no entry names.
std::vector<base::Finding> snapshot_findings(const VerifiedEntries&);

}  // namespace proviso::ledger
