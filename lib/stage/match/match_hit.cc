#include "stage/match/match_hit.h"

#include <tuple>

#include "base/ids.h"
#include "json/json.h"

namespace proviso::stage {
namespace {

// The class of a hit is the class of its detector, not of a verdict (Annex of (EU) 2024/2916,
// category 4).
base::MaterialClass class_of(const policy::Technology& technology) {
  switch (technology.purpose) {
    case policy::Purpose::known_csam:
      return base::MaterialClass::known;
    case policy::Purpose::new_csam:
      return base::MaterialClass::new_material;
    case policy::Purpose::solicitation:
      return base::MaterialClass::solicitation;
  }
  return base::MaterialClass::new_material;
}

void put_list_hit(const MatchHit& hit, const std::string& index, json::Json& out) {
  const ListHit& found = *hit.found;
  out["list"] = found.list;
  out["entry"] = found.entry;
  out["method"] = found.method;
  out["distance"] = found.distance;
  out["threshold"] = found.threshold;
  out["index"] = index;
  if (!found.label.empty()) out["label"] = found.label;
}

}  // namespace

bool MatchHit::better_than(const MatchHit& other) const {
  const auto rank = [](const MatchHit& hit) {
    return std::tuple(hit.found ? hit.found->distance : 0, !hit.previously_identified);
  };
  return rank(*this) < rank(other);
}

json::Json to_json(const MatchHit& hit, const std::string& index) {
  const policy::Technology& technology = *hit.technology;
  json::Json out{{"technology", technology.name},
                 {"method", std::string(policy::to_string(technology.method))},
                 {"class", base::to_string(class_of(technology))},
                 {"previously_identified", hit.previously_identified}};
  if (hit.found) put_list_hit(hit, index, out);
  if (hit.member) out["member"] = *hit.member;
  if (hit.quality) out["quality"] = *hit.quality;
  const auto* const pdq = technology.as<policy::Pdq>();
  const auto* const vpdq = technology.as<policy::Vpdq>();
  if (hit.quality && pdq != nullptr) out["quality_floor"] = pdq->quality_floor;
  if (hit.milliseconds) out["ms"] = *hit.milliseconds;
  if (!hit.transform.empty()) out["transform"] = hit.transform;
  if (hit.video && vpdq != nullptr) {
    out["quality_floor"] = vpdq->quality_floor;
    out["query_frames"] = hit.video->query_frames;
    out["query_frames_matched"] = hit.video->query_frames_matched;
    out["query_share"] = vpdq->query_share;
    out["entry_frames"] = hit.video->frames;
    out["entry_frames_matched"] = hit.video->frames_matched;
    out["entry_share"] = vpdq->entry_share;
  }
  if (const auto* const external = technology.as<policy::External>();
      hit.score && external != nullptr) {
    out["score"] = *hit.score;
    out["threshold"] = external->threshold;
  }
  if (!hit.factors.empty()) out["factors"] = hit.factors;
  return out;
}

}  // namespace proviso::stage
