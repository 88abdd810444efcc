#include <map>
#include <tuple>

#include "stage/match/matchers/matchers.h"

namespace proviso::stage {
namespace {

// Where a query came from.
struct Origin {
  const Asked* item = nullptr;
  std::size_t leaf = 0;
  const PerceptualHash* hash = nullptr;
};

struct Queries {
  std::vector<pdq::Hash> hashes;
  std::vector<Origin> origins;
};

bool is_asked(const PerceptualHash& hash, const policy::Pdq& method) {
  if (hash.quality < method.quality_floor) return false;
  if (hash.transform.empty()) return true;
  return hash.transform == kUnletterboxed ? method.unletterbox : method.dihedral;
}

// Of each entry the nearest is the hit, however the picture was turned and whichever frame it was.
// A suspended hash of an entry does not hide another one of it.
using Entry = std::tuple<std::uint32_t, std::string, std::string, bool>;

class NearestOfLeaf {
 public:
  void add(ListHit&& found, const PerceptualHash& by) {
    const auto [at, first] = places_.try_emplace(
        {found.section, found.entry, found.method, found.suspended}, nearest_.size());
    if (first) {
      nearest_.push_back({std::move(found), &by});
    } else if (found.distance < nearest_[at->second].first.distance) {
      nearest_[at->second] = {std::move(found), &by};
    }
  }
  std::vector<std::pair<ListHit, const PerceptualHash*>>& all() { return nearest_; }

 private:
  std::map<Entry, std::size_t> places_;
  std::vector<std::pair<ListHit, const PerceptualHash*>> nearest_;  // as they were found
};

void write_hits(const policy::Technology& technology, std::optional<int> known_within,
                const Origin& of, NearestOfLeaf& nearest) {
  for (auto& [found, by] : nearest.all()) {
    MatchHit hit;
    hit.technology = &technology;
    hit.leaf = of.leaf;
    hit.member = of.item->hashed->leaves[of.leaf].member;
    hit.quality = by->quality;
    hit.milliseconds = by->milliseconds;
    hit.transform = by->transform;
    hit.previously_identified =
        found.verified_list && known_within && found.distance <= *known_within && !by->milliseconds;
    hit.found = std::move(found);
    of.item->hits->push_back(std::move(hit));
  }
}

void look_up(const policy::Technology& technology, const policy::Pdq& method, const Lookup& lookup,
             std::optional<int> known_within, const std::vector<std::string>& lists,
             const Queries& queries) {
  std::vector<std::vector<ListHit>> answers;
  lookup.pdq(queries.hashes, method.distance, lists, answers);
  for (std::size_t i = 0; i < answers.size();) {
    const Origin& of = queries.origins[i];
    NearestOfLeaf nearest;
    for (; i < answers.size() && queries.origins[i].item == of.item &&
           queries.origins[i].leaf == of.leaf;
         ++i) {
      for (ListHit& found : answers[i]) nearest.add(std::move(found), *queries.origins[i].hash);
    }
    write_hits(technology, known_within, of, nearest);
  }
}

}  // namespace

void match_pdq(const policy::Technology& technology, const policy::Pdq& method,
               const Lookup& lookup, std::optional<int> known_within,
               std::span<const Asked> items) {
  std::map<const std::vector<std::string>*, Queries> by_lists;
  for (const Asked& item : items) {
    for (std::size_t i = 0; i < item.hashed->leaves.size(); ++i) {
      const HashedLeaf& leaf = item.hashed->leaves[i];
      if (technology.content.count(leaf.kind) == 0) continue;
      for (const PerceptualHash& each : leaf.perceptual) {
        if (!is_asked(each, method)) continue;
        Queries& queries = by_lists[item.lists];
        queries.hashes.push_back(each.hash);
        queries.origins.push_back({&item, i, &each});
      }
    }
  }
  for (const auto& [lists, queries] : by_lists)
    look_up(technology, method, lookup, known_within, *lists, queries);
}

}  // namespace proviso::stage
