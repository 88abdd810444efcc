#include "index/lists/latest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "base/error.h"
#include "crypto/random.h"

namespace proviso::index::lists {
namespace {

constexpr std::uint64_t kDeleted = std::uint64_t{1} << 63;

}  // namespace

void Latest::check_room(std::string_view place) const {
  if (count_ < kMaxRecords) return;
  throw base::Error(base::ExitCode::data, fmt::format("more than {} records", kMaxRecords),
                    std::string(place), "split the list");
}

void Latest::add(std::string_view key, std::int64_t time, bool deleted, std::string_view place) {
  check_room(place);
  Stand stand;
  const base::Sha256 digest = crypto::sha256(key);
  std::copy_n(digest.begin(), stand.key.size(), stand.key.begin());
  stand.time = time;
  stand.order = count_ | (deleted ? kDeleted : 0);
  stands_.push_back(stand);
  ++count_;
}

void Latest::add_flawed(std::string_view place) {
  check_room(place);
  ++count_;
}

void Latest::settle() {
  std::sort(stands_.begin(), stands_.end(), [](const Stand& a, const Stand& b) {
    return std::tie(a.key, a.time, a.order) < std::tie(b.key, b.time, b.order);
  });
  current_.assign(count_, false);
  deleted_.assign(count_, false);
  for (std::size_t i = 0; i < stands_.size();) {
    std::size_t last = i;
    while (last + 1 < stands_.size() && stands_[last + 1].key == stands_[i].key) ++last;
    const bool gone = (stands_[last].order & kDeleted) != 0;
    current_[stands_[last].order & ~kDeleted] = !gone;
    for (std::size_t each = i; each <= last; ++each) {
      deleted_[stands_[each].order & ~kDeleted] = gone || (stands_[each].order & kDeleted) != 0;
    }
    i = last + 1;
  }
  stands_ = {};
}

Latest::State Latest::state(std::uint64_t record) const {
  if (record >= count_) return State::superseded;
  return current_[record] ? State::current : deleted_[record] ? State::deleted : State::superseded;
}

}  // namespace proviso::index::lists
