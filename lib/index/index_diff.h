// What one index adds, removes and changes compared with another.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "index/index.h"

namespace proviso::index {

struct Change {
  enum class Kind {
    added,
    removed,
    changed
  };  // changed: the hash stays; id, label or suspension differ
  Kind kind = Kind::added;
  HashType type = HashType::md5;
  std::string list, hash;  // hash: hex; of a video empty
  std::string entry, label, old_entry, old_label;
  bool suspended = false, was_suspended = false;
};
std::string_view to_string(Change::Kind);

struct SectionDiff {
  std::string list;
  HashType type = HashType::md5;
  std::uint64_t before = 0, after = 0;  // entries; of vpdq videos
  std::uint64_t added = 0, removed = 0, changed = 0, kept = 0;
};

// Returns one SectionDiff per list and type of either index, by list, then type. Calls `take` for
// each change, section by section.
std::vector<SectionDiff> diff(const Index& before, const Index& after,
                              const std::function<void(const Change&)>& take = {});

}  // namespace proviso::index
