// Writes the lists of an index in forms that 'proviso index build' can read.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "index/index.h"

namespace proviso::index {

enum class ListingForm { ndjson, csv, hex };  // hex: one type, without ids, labels and videos

// What the form cannot express.
struct LeftOut {
  std::uint64_t videos = 0;      // csv
  std::uint64_t suspended = 0;   // hex: when read again, they would not be suspended
  std::uint64_t known_good = 0;  // hex: sections of known-good lists that were not named
};

// Calls `line` with each line of the lists (empty: all) and of the type (absent: all). Error(usage)
// for hex without a type, or of vpdq. Error(data) for csv if an id or label would be read as
// another one (line breaks, blanks at its ends). csv leaves out videos; hex leaves out suspended
// entries, and known-good lists that are not in `lists`.
LeftOut write_listing(const Index&, ListingForm, std::span<const std::string> lists,
                      std::optional<HashType>, const std::function<void(std::string_view)>& line);

}  // namespace proviso::index
