#include "media/worker/luma.h"

#include <algorithm>
#include <cstring>

namespace proviso::media {

bool Luma::start(std::uint32_t width, std::uint32_t height, std::uint64_t max_pixels, Keep keep) {
  constexpr std::uint32_t kMaxEdge = 1u << 20;
  if (width == 0 || height == 0 || width > kMaxEdge || height > kMaxEdge ||
      std::uint64_t{width} * height > max_pixels)
    return false;
  source_width_ = width_ = width;
  source_height_ = height_ = height;
  next_ = 0;
  if (keep == Keep::sampled) {
    const pdq::Size size = pdq::hashed_size(static_cast<int>(width), static_cast<int>(height));
    width_ = static_cast<std::uint32_t>(size.width);
    height_ = static_cast<std::uint32_t>(size.height);
  }
  if (sampled()) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      columns_[i] = static_cast<std::uint32_t>(
          pdq::sample_index(static_cast<int>(i), static_cast<int>(width)));
    }
  }
  pixels_.resize(std::size_t{width_} * height_);
  return true;
}

bool Luma::wants(std::uint32_t y) const {
  if (next_ >= height_) return false;
  return !sampled() || y == static_cast<std::uint32_t>(pdq::sample_index(
                                static_cast<int>(next_), static_cast<int>(source_height_)));
}

std::uint8_t* Luma::next_row() { return pixels_.data() + std::size_t{next_++} * width_; }

void Luma::repeat(std::uint32_t y) {
  const std::uint8_t* const last = pixels_.data() + std::size_t{next_ - 1} * width_;
  while (wants(y)) std::memcpy(next_row(), last, width_);
}

void Luma::grey(std::uint32_t y, const std::uint8_t* row) {
  if (!wants(y)) return;
  std::uint8_t* const out = next_row();
  if (!sampled()) {
    std::memcpy(out, row, width_);
    return;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) out[i] = row[columns_[i]];
  repeat(y);
}

void Luma::rgb(std::uint32_t y, const std::uint8_t* row, std::size_t step) {
  if (!wants(y)) return;
  std::uint8_t* const out = next_row();
  if (!sampled()) {
    for (std::size_t x = 0; x < width_; ++x)
      out[x] = luma_of(row[step * x], row[step * x + 1], row[step * x + 2]);
    return;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::uint8_t* const pixel = row + step * columns_[i];
    out[i] = luma_of(pixel[0], pixel[1], pixel[2]);
  }
  repeat(y);
}

}  // namespace proviso::media
