#include <algorithm>

#include "media/image.h"

namespace proviso::media {

namespace {

constexpr int kBlurRadius = 2;     // of the small picture: shapes are seen, features are not
constexpr int kBlurPasses = 2;

// Area average: each small pixel is the mean of the rectangle that it covers.
Luma shrink(const Luma& luma) {
  const int edge = std::max(luma.width, luma.height);
  Luma small;
  small.width = std::max(1, edge <= kPreviewEdge ? luma.width : luma.width * kPreviewEdge / edge);
  small.height = std::max(1, edge <= kPreviewEdge ? luma.height : luma.height * kPreviewEdge / edge);
  small.pixels.resize(static_cast<std::size_t>(small.width) * static_cast<std::size_t>(small.height));
  const auto bound = [](int i, int from, int to) { return static_cast<int>(static_cast<std::int64_t>(i) * from / to); };
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      const int y0 = bound(y, luma.height, small.height), y1 = std::max(y0 + 1, bound(y + 1, luma.height, small.height));
      const int x0 = bound(x, luma.width, small.width), x1 = std::max(x0 + 1, bound(x + 1, luma.width, small.width));
      std::uint64_t sum = 0;
      for (int v = y0; v < y1; ++v) {
        for (int u = x0; u < x1; ++u) {
          sum += luma.pixels[static_cast<std::size_t>(v) * static_cast<std::size_t>(luma.width) + static_cast<std::size_t>(u)];
        }
      }
      small.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(small.width) + static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>(sum / static_cast<std::uint64_t>((y1 - y0) * (x1 - x0)));
    }
  }
  return small;
}

void blur(Luma& luma) {
  const std::vector<std::uint8_t> from = luma.pixels;
  for (int y = 0; y < luma.height; ++y) {
    for (int x = 0; x < luma.width; ++x) {
      unsigned sum = 0;
      unsigned count = 0;
      for (int v = std::max(0, y - kBlurRadius); v <= std::min(luma.height - 1, y + kBlurRadius); ++v) {
        for (int u = std::max(0, x - kBlurRadius); u <= std::min(luma.width - 1, x + kBlurRadius); ++u) {
          sum += from[static_cast<std::size_t>(v) * static_cast<std::size_t>(luma.width) + static_cast<std::size_t>(u)];
          ++count;
        }
      }
      luma.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(luma.width) + static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>(sum / count);
    }
  }
}

}  // namespace

Luma blurred(const Luma& luma) {
  Luma small = shrink(luma);
  for (int pass = 0; pass < kBlurPasses; ++pass) blur(small);
  return small;
}

}  // namespace proviso::media
