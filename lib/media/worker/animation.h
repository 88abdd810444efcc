// Moving pictures to frame hashes: vPDQ as in the ThreatExchange reference, a PDQ hash for each
// sampled frame.
#pragma once

#include <functional>
#include <string_view>

#include "base/byte_source.h"
#include "media/findings.h"
#include "media/worker/luma.h"
#include "media/worker/pictures.h"

namespace proviso::media {

// Decides which frames are hashed, and keeps their hashes. Sampled are the first frame, each first
// one at or after a multiple of the interval, and (by whoever calls) the last. Kept are those of
// good quality that differ from the one kept before.
class FrameSampler {
 public:
  // Fills the luma of this frame; false when it has too many pixels.
  using Fill = std::function<bool(Luma&)>;

  FrameSampler(std::uint32_t interval_ms, int quality_floor, std::uint32_t max_frames,
               std::uint64_t max_pixels)
      : interval_(interval_ms),
        quality_floor_(quality_floor),
        max_frames_(max_frames),
        max_pixels_(max_pixels) {}

  // The next frame in order of time. too_large: more sampled frames than the limit, or too many
  // pixels.
  Failure frame(std::uint32_t milliseconds, const Fill& fill);
  // The last frame again, when it was not sampled: `fill` is called only then.
  Failure last(const Fill& fill);

  std::uint64_t max_pixels() const { return max_pixels_; }
  std::uint32_t seen() const { return seen_; }
  Frames take() { return std::move(frames_); }

 private:
  Failure hash(const Fill& fill);

  std::uint32_t interval_;
  int quality_floor_;
  std::uint32_t max_frames_;
  std::uint64_t max_pixels_;
  std::uint64_t next_ = 0;  // milliseconds: the first frame not before it is sampled
  std::uint32_t seen_ = 0;
  bool last_sampled_ = false;
  Luma luma_;
  Frames frames_;
};

// A video's frames by libav: demuxer by `format`, the best video stream, no other stream's data
// decoded. `animated`: a GIF or APNG.
Failure sample_video(const base::ByteSource&, std::string_view format, FrameSampler&);
Failure sample_animated_webp(File, FrameSampler&);
// The first frame of a video as a picture.
Failure decode_first_frame(const base::ByteSource&, std::string_view format, const PictureOptions&,
                           Luma&);

}  // namespace proviso::media
