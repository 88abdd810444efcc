#include "stage/match/matchers/matchers.h"

namespace proviso::stage {
namespace {

bool reaches(std::uint32_t matched, std::uint32_t of, int percent) {
  return std::uint64_t{matched} * 100 >= std::uint64_t{of} * static_cast<std::uint64_t>(percent);
}

// What vPDQ compares: frames, and of a picture only those that move.
std::vector<pdq::Hash> frames_of(const HashedLeaf& leaf, int quality_floor) {
  std::vector<pdq::Hash> frames;
  for (const PerceptualHash& each : leaf.perceptual) {
    if (each.milliseconds && each.quality >= quality_floor) frames.push_back(each.hash);
  }
  return frames;
}

}  // namespace

bool enough_frames(const VideoHit& video, const policy::Vpdq& method) {
  if (video.query_frames_matched == 0 || video.frames_matched == 0) return false;
  return reaches(video.query_frames_matched, video.query_frames, method.query_share) &&
         reaches(video.frames_matched, video.frames, method.entry_share);
}

void match_vpdq(const policy::Technology& technology, const policy::Vpdq& method,
                const Lookup& lookup, std::span<const Asked> items) {
  std::vector<VideoHit> found;
  for (const Asked& item : items) {
    for (std::size_t i = 0; i < item.hashed->leaves.size(); ++i) {
      const HashedLeaf& leaf = item.hashed->leaves[i];
      if (technology.content.count(leaf.kind) == 0) continue;
      const std::vector<pdq::Hash> frames = frames_of(leaf, method.quality_floor);
      if (frames.empty()) continue;
      found.clear();
      lookup.vpdq(frames, method.distance, *item.lists, found);
      for (const VideoHit& video : found) {
        if (!enough_frames(video, method)) continue;
        MatchHit hit;
        hit.technology = &technology;
        hit.leaf = i;
        hit.member = leaf.member;
        hit.found = video;
        hit.video = video;
        item.hits->push_back(std::move(hit));
      }
    }
  }
}

}  // namespace proviso::stage
