// What wins over a hit: a suspended entry, and a list of known-good files that has the very same
// file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "json/json_fwd.h"
#include "stage/match/lookup.h"
#include "stage/match/match_hit.h"

namespace proviso::stage {

// Hits that were taken away: of suspended entries by their list, of known-good files by the list
// that cleared them.
struct Exclusions {
  std::map<std::string, std::uint64_t> known_good, suspended;

  void add(const Exclusions&);
  bool empty() const { return known_good.empty() && suspended.empty(); }
  json::Json totals() const;  // {known_good: n, suspended: n}, as in a record
};

// Takes them out of `hits`. A hit of the whole item is cleared only where the item is one file.
Exclusions exclude(std::vector<MatchHit>& hits, const HashedItem&, const Lookup&);

// Leaves of each technology and leaf the nearest alone.
void keep_best(std::vector<MatchHit>& hits);

}  // namespace proviso::stage
