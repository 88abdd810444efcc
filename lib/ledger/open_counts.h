// Counts of a run in progress, on disk: a file of fixed size with two checksummed slots, written in
// turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "ledger/counts.h"

namespace proviso::ledger {

constexpr std::size_t kSlotBytes = std::size_t{64} * 1024;

// What a slot holds.
struct OpenCounts {
  std::string tool, run, writer;
  std::uint64_t part = 0;  // how many `counts` entries this writer made of this run before
  std::int64_t hour = 0;   // hours since 1970 in which these were counted
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
  static OpenCountsFile create(const std::filesystem::path& open, const std::string& writer,
                               const std::string& run);
  // False when the counts do not fit into a slot: nothing was written then.
  bool write(const OpenCounts&);
  void remove();

  // The newer of the slots whose checksum is right; nullopt when none is.
  static std::optional<OpenCounts> read(const std::filesystem::path&);
  static std::vector<std::filesystem::path> list(const std::filesystem::path& open);
  // Takes a dead writer's lock; nullopt while the writer lives.
  static std::optional<base::UniqueFd> take_over(const std::filesystem::path&);

 private:
  std::filesystem::path path_;
  base::UniqueFd fd_;
  std::uint64_t sequence_ = 0;
};

}  // namespace proviso::ledger
