// PDQ: a 256-bit perceptual hash of a luma plane, with a quality from 0 to 100.
//
// Exactly the reference's (ThreatExchange pdq/cpp): a plane over 512 in a dimension is sampled down by nearest neighbour first,
// then a two-pass Jarosz (tent) filter, 64x64 decimation, 16x16 DCT, median threshold.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace proviso::pdq {

constexpr int kHashBits = 256;
constexpr int kDefaultDistance = 31;        // reference: matches at 31 bits or fewer
constexpr int kDefaultQualityFloor = 50;    // reference: below it, discard
constexpr int kDownsampleEdge = 512;
constexpr int kMinimumEdge = 5;             // smaller: quality 0, hash of zeros

struct Hash {
  std::array<std::uint64_t, 4> words{};     // words[0] holds hex digits 1..16, most significant first
  auto operator<=>(const Hash&) const = default;
};

int distance(const Hash&, const Hash&);     // Hamming, 0..256
std::string to_hex(const Hash&);            // 64 digits, the reference's order
std::optional<Hash> from_hex(std::string_view);

struct Plane {                              // 8-bit luma, rows of `stride` bytes
  const std::uint8_t* data = nullptr;
  int width = 0, height = 0;
  std::size_t stride = 0;
};

// The same of 32-bit floats, rows of `stride` floats, for luma that was computed from red, green and blue: the reference
// does not round it. No side over kDownsampleEdge (such a picture is sampled before luma is computed: see sample_index).
struct FloatPlane {
  const float* data = nullptr;
  int width = 0, height = 0;
  std::size_t stride = 0;
};

struct Result {
  Hash hash;
  int quality = 0;
};

// The sides a picture is hashed at: its own, or kDownsampleEdge both when either is over it (the reference keeps no ratio).
struct Size {
  int width = 0, height = 0;
};
Size hashed_size(int width, int height);
// The source column (or row) of column `out` when `source` columns are sampled down, or up, to kDownsampleEdge.
constexpr int sample_index(int out, int source) {
  return static_cast<int>(static_cast<std::int64_t>(out) * source / kDownsampleEdge);
}

// Needs about 2.2 MiB of scratch, kept per thread. Thread safe. Any size; an empty plane is a small one.
Result hash(const Plane&);
// Throws base::Error(software) for a plane over kDownsampleEdge.
Result hash(const FloatPlane&);

}  // namespace proviso::pdq
