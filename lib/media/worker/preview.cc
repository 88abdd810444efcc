#include "media/worker/preview.h"

#include <algorithm>

#include "media/protocol.h"

namespace proviso::media {
namespace {

constexpr int kBlurRadius = 2;
constexpr int kBlurPasses = 2;

int bound(int i, int from, int to) {
  return static_cast<int>(static_cast<std::int64_t>(i) * from / to);
}

// Area average: each small pixel is the mean of the rectangle that it covers.
SmallPicture shrink(const pdq::Plane& plane) {
  const int edge = std::max(plane.width, plane.height);
  const int width =
      std::max(1, edge <= kPreviewEdge ? plane.width : plane.width * kPreviewEdge / edge);
  const int height =
      std::max(1, edge <= kPreviewEdge ? plane.height : plane.height * kPreviewEdge / edge);
  SmallPicture small;
  small.width = static_cast<std::uint32_t>(width);
  small.height = static_cast<std::uint32_t>(height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int y0 = bound(y, plane.height, height),
                y1 = std::max(y0 + 1, bound(y + 1, plane.height, height));
      const int x0 = bound(x, plane.width, width),
                x1 = std::max(x0 + 1, bound(x + 1, plane.width, width));
      std::uint64_t sum = 0;
      for (int v = y0; v < y1; ++v) {
        for (int u = x0; u < x1; ++u)
          sum +=
              plane.data[static_cast<std::size_t>(v) * plane.stride + static_cast<std::size_t>(u)];
      }
      small.samples.push_back(static_cast<std::uint8_t>(
          sum / (static_cast<std::uint64_t>(y1 - y0) * static_cast<std::uint64_t>(x1 - x0))));
    }
  }
  return small;
}

void blur(SmallPicture& picture) {
  const std::vector<std::uint8_t> from = picture.samples;
  const int width = static_cast<int>(picture.width), height = static_cast<int>(picture.height);
  const auto at = [width](int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      unsigned sum = 0;
      unsigned count = 0;
      for (int v = std::max(0, y - kBlurRadius); v <= std::min(height - 1, y + kBlurRadius); ++v) {
        for (int u = std::max(0, x - kBlurRadius); u <= std::min(width - 1, x + kBlurRadius); ++u) {
          sum += from[at(u, v)];
          ++count;
        }
      }
      picture.samples[at(x, y)] = static_cast<std::uint8_t>(sum / count);
    }
  }
}

}  // namespace

SmallPicture blurred(const pdq::Plane& plane) {
  SmallPicture small = shrink(plane);
  for (int pass = 0; pass < kBlurPasses; ++pass) blur(small);
  return small;
}

}  // namespace proviso::media
