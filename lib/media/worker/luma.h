// Pictures' rows of luma on their way from a decoder to the hash: only what the hash samples is
// kept, unless all is asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "media/protocol.h"
#include "pdq/pdq_hash.h"

namespace proviso::media {

struct Failure {
  Status status = Status::ok;  // ok: no failure
  std::string message;
  bool ok() const { return status == Status::ok; }
};

// The reference's weights (ITU-R BT.601), rounded; thousandths keep it whole numbers.
constexpr std::uint8_t luma_of(unsigned red, unsigned green, unsigned blue) {
  return static_cast<std::uint8_t>((299 * red + 587 * green + 114 * blue + 500) / 1000);
}

// Reused for one picture after another: keeps its memory. No method but start() allocates, so that
// libjpeg may jump over calls.
class Luma {
 public:
  enum class Keep { sampled, all };

  // Before the first row. False (and nothing is allocated) when the picture has no pixel or more
  // than `max_pixels`.
  bool start(std::uint32_t width, std::uint32_t height, std::uint64_t max_pixels, Keep);

  // Rows must come in ascending order; a row that is not wanted may be left out.
  bool wants(std::uint32_t y) const;
  void grey(std::uint32_t y, const std::uint8_t* row);
  // `step` bytes a pixel: red, green, blue, and what is left alone (alpha).
  void rgb(std::uint32_t y, const std::uint8_t* row, std::size_t step);

  std::uint32_t source_width() const { return source_width_; }
  std::uint32_t source_height() const { return source_height_; }
  pdq::Plane plane() const {
    return {pixels_.data(), static_cast<int>(width_), static_cast<int>(height_), width_};
  }

 private:
  bool sampled() const { return width_ != source_width_ || height_ != source_height_; }
  std::uint8_t* next_row();
  void repeat(std::uint32_t y);  // the last row, as often as it is sampled

  std::vector<std::uint8_t> pixels_;
  std::array<std::uint32_t, pdq::kDownsampleEdge> columns_{};
  std::uint32_t source_width_ = 0, source_height_ = 0, width_ = 0, height_ = 0, next_ = 0;
};

}  // namespace proviso::media
