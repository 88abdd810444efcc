// Finds the newest state of each entry in a list that has several states and tombstones in any
// order. A first pass over the list adds the records, 32 bytes each; a second pass asks for their
// state.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace proviso::index::lists {

class Latest {
 public:
  static constexpr std::size_t kMaxRecords = 32'000'000;  // 1 GiB
  static constexpr std::int64_t kAfterAll =
      std::numeric_limits<std::int64_t>::max();  // time of a tombstone that has none which can be
                                                 // read

  // Adds the next record, with its key and time. Of equal times, a tombstone wins over an entry and
  // a later record over an earlier one. Error(data) if there are too many.
  void add(std::string_view key, std::int64_t time, bool deleted, std::string_view place);
  void add_flawed(std::string_view place);  // a record that cannot be read: it has no state,
                                            // but is counted
  void settle();                            // the first pass is over

  enum class State { current, superseded, deleted };
  // The state of the record with this number, from 0, in the order in which they were added.
  State state(std::uint64_t record) const;

 private:
  void check_room(std::string_view place) const;
  struct Stand {
    std::array<std::byte, 16> key;  // of the SHA-256 of the key
    std::int64_t time;
    std::uint64_t order;  // deleted, then number
  };
  std::vector<Stand> stands_;
  std::vector<bool> current_, deleted_;
  std::uint64_t count_ = 0;
};

}  // namespace proviso::index::lists
