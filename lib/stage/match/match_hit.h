// A hit as match knows it before it is written into the record: what was found by which technology,
// in which part of the item.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/json_fwd.h"
#include "policy/policy.h"
#include "stage/match/hash_reading.h"
#include "stage/match/lookup.h"

namespace proviso::stage {

constexpr std::size_t kWholeItem = static_cast<std::size_t>(-1);

struct MatchHit {
  const policy::Technology* technology = nullptr;
  std::size_t leaf = kWholeItem;        // of HashedItem::leaves
  std::optional<std::uint64_t> member;  // index of the file inside, of an archive or mail
  std::optional<ListHit> found;         // none: not from a list
  bool previously_identified = false;

  std::optional<int> quality;                 // of the hash that matched
  std::optional<std::uint64_t> milliseconds;  // of the frame
  std::string transform;
  std::optional<VideoHit> video;     // its counts
  std::optional<double> score;       // of the provider's own detector
  std::vector<std::string> factors;  // of risk that were there, by name

  // Nearer first; of the same distance what was previously identified.
  bool better_than(const MatchHit& other) const;
};

// An element of match.hits. `index`: version of the compiled index.
json::Json to_json(const MatchHit&, const std::string& index);

}  // namespace proviso::stage
