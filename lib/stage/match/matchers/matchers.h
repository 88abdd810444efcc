// One method of matching each, with its parameters: what a technology finds in the items of a
// chunk. They add hits; match then decides about suspended hits and known-good files, for all
// methods alike.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "ndjson/record.h"
#include "policy/policy.h"
#include "stage/match/lookup.h"
#include "stage/match/match_hit.h"

namespace proviso::stage {

// One item under one technology, and where its hits go.
struct Asked {
  const ndjson::Record* record = nullptr;
  const HashedItem* hashed = nullptr;
  const std::vector<std::string>* lists =
      nullptr;  // looked up; items that are asked in the same lists share the vector
  std::vector<MatchHit>* hits = nullptr;
  // The first error because of which the item cannot be a non-hit.
  std::optional<base::ItemError>* unjudged = nullptr;
};

// MD5, SHA-1 and SHA-256, whichever the technology names.
void match_exact(const policy::Technology&, const policy::Exact&, const Lookup&,
                 std::span<const Asked>);

// PDQ of pictures and single frames, all of the chunk in one look-up. A picture within
// `known_within` bits of a verified entry counts as previously identified; a single frame does not
// make a video so.
void match_pdq(const policy::Technology&, const policy::Pdq&, const Lookup&,
               std::optional<int> known_within, std::span<const Asked>);

// Videos by the shares of frames that match. Never previously identified: frames are like each
// other in other videos too.
void match_vpdq(const policy::Technology&, const policy::Vpdq&, const Lookup&,
                std::span<const Asked>);
// True if enough frames of the item match the entry, and the other way round.
bool enough_frames(const VideoHit&, const policy::Vpdq&);

// Solicitation: factors at or over their thresholds, an objective one among them (Art. 3(1)(f)).
// Only numbers and truth values are read, never words.
void match_indicators(const policy::Technology&, const policy::Indicators&, std::span<const Asked>);

// The score of the provider's own detector. A missing score is no_score, never a non-hit.
void match_external(const policy::Technology&, const policy::External&, std::span<const Asked>);

}  // namespace proviso::stage
