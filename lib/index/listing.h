// An index as lists again: what can be read back by 'proviso index build'.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "index/index.h"

namespace proviso::index {

enum class ListingForm { ndjson, csv, hex };  // hex: of one type; has no ids, labels and videos

// What the form has no word for.
struct LeftOut {
  std::uint64_t videos = 0;      // csv
  std::uint64_t suspended = 0;   // hex: read back, they would be live entries
  std::uint64_t known_good = 0;  // hex: sections of lists of known-good files that were not named
};

// Calls `line` with each line of the lists named (empty: all) and the type (absent: all).
// Error(usage) for hex without a type, or of vpdq. Error(data) for csv when an id or label would
// not be read back: line breaks, blanks at its ends. Videos are not in csv; suspended entries are
// not in hex, nor lists of known-good files unless they are named.
LeftOut write_listing(const Index&, ListingForm, std::span<const std::string> lists,
                      std::optional<HashType>, const std::function<void(std::string_view)>& line);

}  // namespace proviso::index
