// Counts of a run in progress, on disk: a file of fixed size with two checksummed slots, written in
// turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "ledger/counts.h"

namespace proviso::ledger {

// Room for some 4,000 kinds of counts; as one entry they stay below kMaxEntryBytes.
constexpr std::size_t kSlotBytes = std::size_t{512} * 1024;

// What a slot holds.
struct OpenCounts {
  std::string tool, run, writer;
  std::uint64_t part = 0;   // how many `counts` entries this writer made of this run before
  std::uint64_t since = 0;  // the ledger's size when the first of these was counted
  std::int64_t hour = 0;    // hours since 1970 in which these were counted
  struct Sum {
    std::uint64_t n = 0, bytes = 0;
  };
  std::map<CountKey, Sum> counts;

  // One entry, with an event id made of writer, run and part: folding it twice appends it once.
  Entry entry(bool unclean) const;
};

// The file of one writer and run, locked while its writer lives.
class OpenCountsFile {
 public:
  // `key`: Ledger::mac_key(). Must outlive the file.
  static OpenCountsFile create(const std::filesystem::path& open, const std::string& writer,
                               const std::string& run, std::span<const std::byte> key);
  // False when the counts do not fit into a slot: nothing was written then.
  bool write(const OpenCounts&);
  void remove();

  // The newer of the slots that are whole; nullopt when nothing was written yet. With a key, a slot
  // counts only if it has its MAC; without one (auditors) this reader believes the checksum.
  // Error(check_failed) when no slot counts.
  static std::optional<OpenCounts> read(const std::filesystem::path&,
                                        std::span<const std::byte> key);
  static std::vector<std::filesystem::path> list(const std::filesystem::path& open);
  // Takes a dead writer's lock; nullopt while the writer lives.
  static std::optional<base::UniqueFd> take_over(const std::filesystem::path&);

 private:
  std::filesystem::path path_;
  base::UniqueFd fd_;
  std::span<const std::byte> key_;
  std::uint64_t sequence_ = 0;
};

}  // namespace proviso::ledger
