#include "pdq/pdq_hash.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "pdq/dct.h"
#include "pdq/jarosz_filter.h"

namespace proviso::pdq {
namespace {

constexpr int kWordBits = 64;

// The sum of the steps between neighbouring cells, each in hundredths of full scale and truncated
// to a whole number, so that faint steps count as 0.
int quality_of(const Cells& cells) {
  constexpr std::size_t n = kCells;
  const auto steps = [&](std::size_t first, std::size_t second, std::size_t count) {
    int sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += std::abs(static_cast<int>(((cells[first + i] - cells[second + i]) * 100.0F) / 255.0F));
    }
    return sum;
  };
  int sum = steps(0, n, n * (n - 1));
  for (std::size_t y = 0; y < n; ++y) sum += steps(y * n, y * n + 1, n - 1);
  return std::min(sum / 90, 100);
}

// Bit 16*i+j is set where that frequency is above the median: of an even number of values, the
// lower of the middle two.
Hash bits_of(const Spectrum& spectrum) {
  Spectrum sorted = spectrum;
  const auto middle = sorted.begin() + (kHashBits / 2 - 1);
  std::nth_element(sorted.begin(), middle, sorted.end());
  const float median = *middle;
  Hash hash;
  for (std::size_t bit = 0; bit < spectrum.size(); ++bit) {
    if (spectrum[bit] > median)
      hash.words[3 - bit / kWordBits] |= std::uint64_t{1} << (bit % kWordBits);
  }
  return hash;
}

struct Transformed {
  Spectrum spectrum{};
  int quality = 0;
  bool small = false;  // a side under kMinimumEdge: no hash
};

// Nearest neighbour; the ratio is not kept.
Plane sampled(const Plane& plane, std::vector<std::uint8_t>& memory) {
  constexpr auto edge = static_cast<std::size_t>(kDownsampleEdge);
  memory.resize(edge * edge);
  std::array<std::size_t, edge> columns{};
  for (int i = 0; i < kDownsampleEdge; ++i)
    columns[static_cast<std::size_t>(i)] = static_cast<std::size_t>(sample_index(i, plane.width));
  for (std::size_t y = 0; y < edge; ++y) {
    const std::uint8_t* const row =
        plane.data +
        static_cast<std::size_t>(sample_index(static_cast<int>(y), plane.height)) * plane.stride;
    for (std::size_t x = 0; x < edge; ++x) memory[y * edge + x] = row[columns[x]];
  }
  return {memory.data(), kDownsampleEdge, kDownsampleEdge, edge};
}

Transformed transform_plane(const Plane& given) {
  thread_local std::vector<std::uint8_t> memory;
  if (given.width < 1 || given.height < 1) return {{}, 0, true};
  const Size size = hashed_size(given.width, given.height);
  const Plane plane =
      size.width == given.width && size.height == given.height ? given : sampled(given, memory);
  if (plane.width < kMinimumEdge || plane.height < kMinimumEdge) return {{}, 0, true};
  alignas(64) Cells cells;
  if (plane.width == kCells && plane.height == kCells) {
    for (std::size_t y = 0; y < kCells; ++y) {
      for (std::size_t x = 0; x < kCells; ++x)
        cells[y * kCells + x] = static_cast<float>(plane.data[y * plane.stride + x]);
    }
  } else {
    filter_and_decimate(plane, cells);
  }
  return {transform(cells), quality_of(cells), false};
}

// The spectrum of the picture turned or mirrored: frequencies change places, and odd ones their
// sign. Row i holds frequency i + 1.
Spectrum turned(const Spectrum& in, bool swap, bool flip_rows, bool flip_columns) {
  constexpr std::size_t n = kFrequencies;
  Spectrum out{};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const float value = swap ? in[j * n + i] : in[i * n + j];
      const bool negative = (flip_rows && i % 2 == 0) != (flip_columns && j % 2 == 0);
      out[i * n + j] = negative ? -value : value;
    }
  }
  return out;
}

// The number of lines of one flat colour from the outside in; `at(line, i)` is a sample.
template <class At>
int border_lines(int lines, int length, const At& at) {
  const int colour = at(0, length / 2);
  int line = 0;
  for (; line < lines; ++line) {
    for (int i = 0; i < length; ++i) {
      if (std::abs(at(line, i) - colour) > kBorderSpread / 2) return line;
    }
  }
  return line;
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
  if (width > kDownsampleEdge || height > kDownsampleEdge)
    return {kDownsampleEdge, kDownsampleEdge};
  return {width, height};
}

Result hash(const Plane& plane) {
  const Transformed transformed = transform_plane(plane);
  if (transformed.small) return {};
  return {bits_of(transformed.spectrum), transformed.quality};
}

Dihedral hash_dihedral(const Plane& plane) {
  const Transformed transformed = transform_plane(plane);
  Dihedral out;
  if (transformed.small) return out;
  constexpr std::array<std::array<bool, 3>, 8> kTurns{{
      {false, false, false},
      {true, true, false},
      {false, true, true},
      {true, false, true},
      {false, true, false},
      {false, false, true},
      {true, false, false},
      {true, true, true},
  }};
  for (std::size_t i = 0; i < kTurns.size(); ++i) {
    out.hashes[i] = bits_of(turned(transformed.spectrum, kTurns[i][0], kTurns[i][1], kTurns[i][2]));
  }
  out.quality = transformed.quality;
  return out;
}

Plane unletterboxed(const Plane& plane) {
  if (plane.width < 1 || plane.height < 1) return plane;
  const auto sample = [&](int x, int y) {
    return static_cast<int>(
        plane.data[static_cast<std::size_t>(y) * plane.stride + static_cast<std::size_t>(x)]);
  };
  const int w = plane.width, h = plane.height;
  const int top = border_lines(h, w, [&](int line, int i) { return sample(i, line); });
  if (top == h) return plane;  // flat all over
  const int bottom = border_lines(h, w, [&](int line, int i) { return sample(i, h - 1 - line); });
  const int height = h - top - bottom;
  const int left = border_lines(w, height, [&](int line, int i) { return sample(line, top + i); });
  const int right =
      border_lines(w, height, [&](int line, int i) { return sample(w - 1 - line, top + i); });
  const int width = w - left - right;
  if (width * 2 < w || height * 2 < h) return plane;
  return {
      plane.data + static_cast<std::size_t>(top) * plane.stride + static_cast<std::size_t>(left),
      width, height, plane.stride};
}

}  // namespace proviso::pdq
