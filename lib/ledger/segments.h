// The entries on disk: entries/0001.ndjson and on, 65,536 lines each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

namespace proviso::ledger {

constexpr std::uint64_t kSegmentEntries = 65'536;
constexpr std::size_t kMaxEntryBytes = 1u << 20;

std::filesystem::path segment_path(const std::filesystem::path& ledger, std::uint64_t entry_index);

// A place in the entries: where line `index` begins in its segment.
struct Place {
  std::uint64_t index = 0;
  std::uint64_t offset = 0;
};

// Calls `visit(index, line)` for whole lines from `from` up to (not with) `end`, until it returns
// false. Returns the place of the next line. Stops early where the files end: the caller compares
// Place::index with what it expected.
Place read_lines(const std::filesystem::path& ledger, Place from, std::uint64_t end,
                 const std::function<bool(std::uint64_t, std::string_view)>& visit);

}  // namespace proviso::ledger
