#include "media/worker/luma.h"

#include <algorithm>
#include <cstring>

namespace proviso::media {

bool Luma::start(std::uint32_t width, std::uint32_t height, std::uint64_t max_pixels, Keep keep) {
  constexpr std::uint32_t kMaxEdge = 1u << 20;
  if (width == 0 || height == 0 || width > kMaxEdge || height > kMaxEdge || std::uint64_t{width} * height > max_pixels) return false;
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
      columns_[i] = static_cast<std::uint32_t>(pdq::sample_index(static_cast<int>(i), static_cast<int>(width)));
    }
  }
  pixels_.resize(std::size_t{width_} * height_);
  return true;
}

bool Luma::wants(std::uint32_t y) const {
  if (next_ >= height_) return false;
  return !sampled() || y == static_cast<std::uint32_t>(pdq::sample_index(static_cast<int>(next_), static_cast<int>(source_height_)));
}

void Luma::put(const std::uint8_t* row) {
  if (!sampled()) {
    std::memcpy(pixels_.data() + std::size_t{next_++} * width_, row, width_);
    return;
  }
  const std::uint32_t y = static_cast<std::uint32_t>(pdq::sample_index(static_cast<int>(next_), static_cast<int>(source_height_)));
  while (wants(y)) std::memcpy(pixels_.data() + std::size_t{next_++} * width_, row, width_);
}

void Luma::grey(std::uint32_t y, const std::uint8_t* row) {
  if (!wants(y)) return;
  if (!sampled()) return put(row);
  for (std::size_t i = 0; i < columns_.size(); ++i) line_[i] = row[columns_[i]];
  put(line_.data());
}

void Luma::rgb(std::uint32_t y, const std::uint8_t* row, std::size_t step) {
  if (!wants(y)) return;
  if (!sampled()) {
    std::uint8_t* const out = pixels_.data() + std::size_t{next_++} * width_;
    for (std::size_t x = 0; x < width_; ++x) out[x] = luma_of(row[step * x], row[step * x + 1], row[step * x + 2]);
    return;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::uint8_t* const pixel = row + step * columns_[i];
    line_[i] = luma_of(pixel[0], pixel[1], pixel[2]);
  }
  put(line_.data());
}

}  // namespace proviso::media
