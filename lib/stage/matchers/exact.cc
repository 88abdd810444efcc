#include "stage/matchers/matchers.h"

namespace proviso::stage {

void match_exact(const policy::Technology& technology, const Lookup& lookup, std::span<const Asked> items) {
  std::vector<ListHit> found;
  for (const Asked& item : items) {
    for (std::size_t i = 0; i < item.hashed->leaves.size(); ++i) {
      const HashedLeaf& leaf = item.hashed->leaves[i];
      if (technology.content.count(leaf.kind) == 0) continue;
      for (const auto& [type, digest] : leaf.digests) {
        if (!technology.takes_digest(digest::to_string(type))) continue;   // there to pin the file, or for another technology
        lookup.exact(type, digest, *item.lists, found);
      }
      for (ListHit& each : found) {
        MatchHit hit;
        hit.technology = &technology;
        hit.leaf = i;
        hit.member = leaf.member;
        hit.previously_identified = each.verified_list;
        hit.found = std::move(each);
        item.hits->push_back(std::move(hit));
      }
      found.clear();
    }
  }
}

}  // namespace proviso::stage
