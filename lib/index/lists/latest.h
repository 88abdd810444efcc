// Which state of an entry is its newest, where a list holds several and tombstones, in any order:
// found in a first pass over the list with 32 bytes a record, asked in a second.
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

  // The next record, of that key and time. At the same time a tombstone stands over an entry, a
  // later record over an earlier. Error(data) when there are too many.
  void add(std::string_view key, std::int64_t time, bool deleted, std::string_view place);
  void add_flawed(std::string_view place);  // a record that cannot be read: it stands for nothing,
                                            // but is counted
  void settle();                            // the first pass is over

  enum class State { current, superseded, deleted };
  // Of the record with that number, from 0, in the order in which they were added.
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
