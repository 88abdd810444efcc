// The compiled index as match asks it: opened as the policy demands, answers in match's own terms.
// Everything that match knows about the index is here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "index/index.h"
#include "ledger/facts.h"
#include "policy/policy.h"
#include "stage/match/hash_reading.h"

namespace proviso::stage {

// An entry of a list that was found.
struct ListHit {
  std::uint32_t section = 0;
  std::string list, entry, label, method;  // method: the type of hash that matched
  int distance = 0, threshold = 0;
  bool verified_list = false;
  bool suspended = false;  // not a hit, but counted
};

// A video of a list, with what matched of it and of the frames that were asked for. `distance` is
// the smallest.
struct VideoHit : ListHit {
  std::uint32_t frames = 0, frames_matched = 0, query_frames = 0, query_frames_matched = 0;
};

// Thread safe for look-ups.
class Lookup {
 public:
  // Error(config) when the index has no section of a list that a technology names or of one of
  // known-good files, or when `expected` is given and the index has another version.
  Lookup(const policy::Policy&, const std::optional<std::string>& expected);

  const std::string& version() const {
    return version_;
  }  // digest of the compiled file, in each hit
  bool replaced() const { return index_.replaced(); }
  std::vector<ledger::IndexSection> sections() const;  // for the ledger
  // Without the lists of known-good files, which make no hits; for a technology that names nothing
  // else it is empty.
  std::vector<std::string> hit_lists(std::span<const std::string> lists) const;

  // Without lists nothing is found. `digests` are one after the other, each of the type's size; one
  // answer for each.
  void exact(digest::Type, std::span<const std::byte> digests, std::span<const std::string> lists,
             std::vector<std::vector<ListHit>>&) const;
  // One answer for each query, nearest first.
  void pdq(std::span<const pdq::Hash> queries, int radius, std::span<const std::string> lists,
           std::vector<std::vector<ListHit>>&) const;
  // Appends.
  void vpdq(std::span<const pdq::Hash> frames, int radius, std::span<const std::string> lists,
            std::vector<VideoHit>&) const;
  // The list of known-good files that has one of the leaf's digests.
  std::optional<std::string> known_good(const HashedLeaf&) const;

 private:
  index::Index index_;
  std::string version_;
  std::vector<std::string> known_good_lists_;
};

}  // namespace proviso::stage
