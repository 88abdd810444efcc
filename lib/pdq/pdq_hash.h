// PDQ: a 256-bit perceptual hash of a luma plane, with a quality from 0 to 100.
//
// The bits are those of the reference (ThreatExchange pdq/cpp): a plane with a side over 512 is
// sampled down by nearest neighbour; then come a two-pass Jarosz (tent) filter, decimation to
// 64x64, a 16x16 DCT and the median threshold.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pdq/jarosz_filter.h"

namespace proviso::pdq {

constexpr int kHashBits = 256;
constexpr int kDefaultQualityFloor = 50;  // the reference: hashes of lower quality are discarded
constexpr int kDownsampleEdge = 512;
constexpr int kMinimumEdge = 5;  // smaller: quality 0, hash of zeros

struct Hash {
  std::array<std::uint64_t, 4> words{};  // words[0] holds hex digits 1..16, most significant first
  auto operator<=>(const Hash&) const = default;
};

int distance(const Hash&, const Hash&);  // Hamming, 0..256
std::string to_hex(const Hash&);         // 64 digits, the reference's order
std::optional<Hash> from_hex(std::string_view);

using Plane = Samples;  // 8-bit luma

struct Result {
  Hash hash;
  int quality = 0;
};

// The sides at which a picture is hashed: its own, or both kDownsampleEdge if either is over it
// (the reference does not keep the ratio).
struct Size {
  int width = 0, height = 0;
};
Size hashed_size(int width, int height);
// The source column (or row) of column `out` when `source` columns are sampled down, or up, to
// kDownsampleEdge.
constexpr int sample_index(int out, int source) {
  return static_cast<int>(static_cast<std::int64_t>(out) * source / kDownsampleEdge);
}

// Takes a plane of any size, also an empty one. May be called by several threads at once; work
// space (at most 2.2 MiB) is kept per thread.
Result hash(const Plane&);

// The hashes of the picture turned and mirrored in all eight ways, in the reference's order. Costs
// about as much as one hash.
constexpr std::array<std::string_view, 8> kDihedralNames{
    "original", "rotate90", "rotate180", "rotate270", "flipx", "flipy", "flipplus1", "flipminus1"};
struct Dihedral {
  std::array<Hash, 8> hashes;
  int quality = 0;
};
Dihedral hash_dihedral(const Plane&);

// The plane without flat borders (letterbox, pillarbox, frames of one colour). A line belongs to
// the border if its samples are within kBorderSpread of each other and of the outermost line.
// Returns the plane itself if it has no border, or if less than half of a side would be left.
constexpr int kBorderSpread = 12;
Plane unletterboxed(const Plane&);

}  // namespace proviso::pdq
