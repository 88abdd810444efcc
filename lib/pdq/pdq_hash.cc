#include "pdq/pdq_hash.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "pdq/dct.h"
#include "pdq/jarosz_filter.h"

namespace proviso::pdq {
namespace {

constexpr int kWordBits = 64;

Scratch& scratch_of_this_thread() {
  thread_local const auto scratch = std::make_unique<Scratch>();
  return *scratch;
}

// Steps between neighbouring cells in whole hundredths of full scale, cut off towards zero, so that faint ones count nothing.
int quality_of(const Cells& cells) {
  constexpr std::size_t n = kCells;
  int steps = 0;
  const auto count = [&](float u, float v) {
    steps += std::abs(static_cast<int>(((u - v) * 100.0F) / 255.0F));
  };
  for (std::size_t y = 0; y < n; ++y) {
    for (std::size_t x = 0; x < n; ++x) {
      if (y + 1 < n) count(cells[y * n + x], cells[(y + 1) * n + x]);
      if (x + 1 < n) count(cells[y * n + x], cells[y * n + x + 1]);
    }
  }
  return std::min(steps / 90, 100);
}

// Bit 16*i+j is set where that frequency is above the median: of an even number of values, the lower of the middle two.
Hash bits_of(const Spectrum& spectrum) {
  Spectrum sorted = spectrum;
  const auto middle = sorted.begin() + (kHashBits / 2 - 1);
  std::nth_element(sorted.begin(), middle, sorted.end());
  const float median = *middle;
  Hash hash;
  for (std::size_t bit = 0; bit < spectrum.size(); ++bit) {
    if (spectrum[bit] > median) hash.words[3 - bit / kWordBits] |= std::uint64_t{1} << (bit % kWordBits);
  }
  return hash;
}

// `load(x, y)` gives luma at the size that is hashed.
template <class Load>
Result hash_loaded(Size size, const Load& load) {
  if (size.width < kMinimumEdge || size.height < kMinimumEdge) return {};
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  alignas(64) Cells cells;
  if (size.width == kCells && size.height == kCells) {
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < width; ++x) cells[y * width + x] = load(x, y);
    }
  } else {
    Scratch& scratch = scratch_of_this_thread();
    constexpr std::size_t kBlock = 16;  // a block of the source is turned over while it is in the cache
    for (std::size_t y0 = 0; y0 < height; y0 += kBlock) {
      const std::size_t y1 = std::min(y0 + kBlock, height);
      for (std::size_t x = 0; x < width; ++x) {
        for (std::size_t y = y0; y < y1; ++y) scratch.first[x * height + y] = load(x, y);
      }
    }
    filter_and_decimate(scratch, size.width, size.height, cells);
  }
  return {bits_of(transform(cells)), quality_of(cells)};
}

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

int distance(const Hash& a, const Hash& b) {
  int bits = 0;
  for (std::size_t i = 0; i < a.words.size(); ++i) bits += std::popcount(a.words[i] ^ b.words[i]);
  return bits;
}

std::string to_hex(const Hash& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(kHashBits / 4);
  for (const std::uint64_t word : hash.words) {
    for (int shift = kWordBits - 4; shift >= 0; shift -= 4) out += digits[(word >> shift) & 15];
  }
  return out;
}

std::optional<Hash> from_hex(std::string_view text) {
  if (text.size() != kHashBits / 4) return std::nullopt;
  Hash hash;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int value = digit_value(text[i]);
    if (value < 0) return std::nullopt;
    std::uint64_t& word = hash.words[i / 16];
    word = word << 4 | static_cast<std::uint64_t>(value);
  }
  return hash;
}

Size hashed_size(int width, int height) {
  if (width > kDownsampleEdge || height > kDownsampleEdge) return {kDownsampleEdge, kDownsampleEdge};
  return {width, height};
}

Result hash(const Plane& plane) {
  const Size size = hashed_size(plane.width, plane.height);
  if (size.width == plane.width && size.height == plane.height) {
    return hash_loaded(size, [&](std::size_t x, std::size_t y) {
      return static_cast<float>(plane.data[y * plane.stride + x]);
    });
  }
  if (plane.width < 1 || plane.height < 1) return {};
  std::array<std::size_t, kDownsampleEdge> columns{}, rows{};
  for (int i = 0; i < kDownsampleEdge; ++i) {
    columns[static_cast<std::size_t>(i)] = static_cast<std::size_t>(sample_index(i, plane.width));
    rows[static_cast<std::size_t>(i)] = static_cast<std::size_t>(sample_index(i, plane.height)) * plane.stride;
  }
  return hash_loaded(size, [&](std::size_t x, std::size_t y) {
    return static_cast<float>(plane.data[rows[y] + columns[x]]);
  });
}

Result hash(const FloatPlane& plane) {
  if (plane.width > kDownsampleEdge || plane.height > kDownsampleEdge)
    throw base::Error(base::ExitCode::software, "a plane of floats is over 512 samples a side", "pdq");
  return hash_loaded({plane.width, plane.height},
                     [&](std::size_t x, std::size_t y) { return plane.data[y * plane.stride + x]; });
}

}  // namespace proviso::pdq
