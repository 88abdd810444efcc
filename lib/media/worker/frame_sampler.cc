#include "media/worker/animation.h"

namespace proviso::media {

Failure FrameSampler::hash(const Fill& fill) {
  if (frames_.sampled == max_frames_) return {Status::too_large, "more frames than the limit"};
  if (!fill(luma_)) return {Status::too_large, "more pixels than the limit"};
  const pdq::Result result = pdq::hash(luma_.plane());
  ++frames_.sampled;
  last_sampled_ = true;
  if (result.quality < quality_floor_) {
    ++frames_.low_quality;
  } else if (!frames_.kept.empty() && frames_.kept.back().hash == result.hash) {
    ++frames_.duplicates;
  } else {
    frames_.kept.push_back(
        {result.hash, static_cast<std::uint32_t>(result.quality), seen_ - 1, frames_.milliseconds});
  }
  return {};
}

Failure FrameSampler::frame(std::uint32_t milliseconds, const Fill& fill) {
  ++seen_;
  frames_.milliseconds = milliseconds;
  last_sampled_ = false;
  if (seen_ > 1 && milliseconds < next_) return {};
  if (interval_ != 0) next_ = (std::uint64_t{milliseconds} / interval_ + 1) * interval_;
  return hash(fill);
}

Failure FrameSampler::last(const Fill& fill) {
  if (seen_ == 0 || last_sampled_) return {};
  return hash(fill);
}

}  // namespace proviso::media
