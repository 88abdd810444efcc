#include "stage/match/sample.h"

#include <algorithm>

#include "base/bytes.h"
#include "digest/digest.h"

namespace proviso::stage {

Sample::Sample(double rate, std::string seed, std::vector<std::string> lists)
    : rate_(rate), seed_(std::move(seed)), lists_(std::move(lists)) {}

// The first 53 bits of SHA-256 over the seed's length (8 bytes, little-endian), seed and id, as a
// fraction.
bool Sample::includes(std::string_view item_id) const {
  std::array<std::byte, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i)
    length[i] = static_cast<std::byte>(seed_.size() >> (8 * i));
  digest::Hasher hasher({false, false, true, false});
  hasher.update(length);
  hasher.update(base::as_bytes(seed_));
  hasher.update(base::as_bytes(item_id));
  const auto digest = hasher.finish().sha256.value();
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < 8; ++i)
    first = first << 8 | std::to_integer<std::uint64_t>(digest[i]);
  return static_cast<double>(first >> 11) * 0x1p-53 < rate_;
}

std::vector<std::string> Sample::without_sampled(std::vector<std::string> lists) const {
  if (lists_.empty()) return {};
  lists.erase(std::remove_if(lists.begin(), lists.end(),
                             [&](const std::string& list) {
                               return std::find(lists_.begin(), lists_.end(), list) != lists_.end();
                             }),
              lists.end());
  return lists;
}

ledger::ListSample Sample::description() const { return {rate_, seed_, lists_}; }

}  // namespace proviso::stage
