#include "stage/match/exclusions.h"

#include <algorithm>
#include <optional>

#include "json/json.h"

namespace proviso::stage {
namespace {

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [list, n] : counts) sum += n;
  return sum;
}

}  // namespace

void Exclusions::add(const Exclusions& more) {
  for (const auto& [list, n] : more.known_good) known_good[list] += n;
  for (const auto& [list, n] : more.suspended) suspended[list] += n;
}

json::Json Exclusions::totals() const {
  return {{"known_good", sum_of(known_good)}, {"suspended", sum_of(suspended)}};
}

Exclusions exclude(std::vector<MatchHit>& hits, const HashedItem& item, const Lookup& lookup) {
  Exclusions out;
  std::map<std::size_t, std::optional<std::string>>
      cleared;  // each leaf with hits is looked up once
  const auto is_out = [&](const MatchHit& hit) {
    if (hit.found && hit.found->suspended) {
      ++out.suspended[hit.found->list];
      return true;
    }
    if (hit.leaf == kWholeItem) return false;
    const auto [at, first] = cleared.try_emplace(hit.leaf);
    if (first) at->second = lookup.known_good(item.leaves.at(hit.leaf));
    if (at->second) ++out.known_good[*at->second];
    return at->second.has_value();
  };
  std::vector<MatchHit> kept;
  for (MatchHit& hit : hits) {
    if (!is_out(hit)) kept.push_back(std::move(hit));
  }
  hits = std::move(kept);
  return out;
}

void keep_best(std::vector<MatchHit>& hits) {
  std::vector<MatchHit> best;
  for (MatchHit& hit : hits) {
    const auto same = std::find_if(best.begin(), best.end(), [&](const MatchHit& other) {
      return other.technology == hit.technology && other.leaf == hit.leaf;
    });
    if (same == best.end()) {
      best.push_back(std::move(hit));
    } else if (hit.better_than(*same)) {
      *same = std::move(hit);
    }
  }
  hits = std::move(best);
}

}  // namespace proviso::stage
