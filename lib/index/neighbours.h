// Near-duplicates: pairs of PDQ entries within a distance, within a list and across lists.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "index/index.h"

namespace proviso::index {

// Calls `take` with every pair once, in the order of the first entry, and returns the number of
// pairs. `lists` is empty for all. With `across`, only pairs of different lists. Pairs with
// suspended entries count too.
std::uint64_t neighbours(const Index&, int distance, std::span<const std::string> lists,
                         bool across,
                         const std::function<void(const Hit& first, const Hit& second)>& take);

}  // namespace proviso::index
