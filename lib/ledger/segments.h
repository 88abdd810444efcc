// The entries on disk: entries/0001.ndjson and on, 65,536 lines each, read by blocks of 256.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::ledger {

constexpr std::uint64_t kSegmentEntries = 65'536;
constexpr std::uint64_t kBlockEntries = 256;
constexpr std::size_t kMaxEntryBytes = 1u << 20;

std::filesystem::path segment_path(const std::filesystem::path& ledger, std::uint64_t entry_index);
std::uint64_t segment_size(const std::filesystem::path& ledger,
                           std::uint64_t entry_index);  // bytes; 0: none; Error(check_failed)
// Where an entry is, for people: "ledger/entries/0001.ndjson:17".
std::string line_place(const std::filesystem::path& ledger, std::uint64_t entry_index);

// A place in the entries: where line `index` begins in its segment.
struct Place {
  std::uint64_t index = 0;
  std::uint64_t offset = 0;
};

// Whole lines that belong to one block of 256, as they are on disk: nobody vouches for them.
struct Block {
  Place begin, end;
  std::vector<std::string_view> lines;  // without their newlines; valid during the visit
};

// Calls `visit` with the lines from `from`, which is the first of a block, up to (not with) `end`,
// block by block, until it returns false. Returns the place of the next line. Stops early where
// the files end: the caller compares Place::index with what it expected. Error(check_failed) for a
// segment that is not a regular file, for a line of over 1 MiB, and for bytes behind the last line
// of a segment that is full.
Place read_blocks(const std::filesystem::path& ledger, Place from, std::uint64_t end,
                  const std::function<bool(const Block&)>& visit);

// Where line `index` begins, going by the numbers that the lines themselves give, so that few are
// read; nullopt where these lead nowhere. A guess: what is read there must be hashed.
std::optional<Place> place_of(const std::filesystem::path& ledger, std::uint64_t index);

// Error(check_failed) for a file in entries/ that a ledger of `size` entries does not have. Behind
// its last segment there may be one more: what a writer that died had begun.
void check_segment_files(const std::filesystem::path& ledger, std::uint64_t size);

}  // namespace proviso::ledger
