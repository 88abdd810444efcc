// PDQ: a 256-bit perceptual hash of a luma plane, with a quality from 0 to 100.
//
// Exactly the reference's (ThreatExchange pdq/cpp): a plane over 512 in a dimension is sampled down
// by nearest neighbour first, then a two-pass Jarosz (tent) filter, 64x64 decimation, 16x16 DCT,
// median threshold.
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
constexpr int kDefaultQualityFloor = 50;  // reference: below it, discard
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

// The sides a picture is hashed at: its own, or kDownsampleEdge both when either is over it (the
// reference keeps no ratio).
struct Size {
  int width = 0, height = 0;
};
Size hashed_size(int width, int height);
// The source column (or row) of column `out` when `source` columns are sampled down, or up, to
// kDownsampleEdge.
constexpr int sample_index(int out, int source) {
  return static_cast<int>(static_cast<std::int64_t>(out) * source / kDownsampleEdge);
}

// Work space (at most 2.2 MiB) is kept per thread. Thread safe. Any size; an empty plane is a small
// one.
Result hash(const Plane&);

// The eight ways to turn and mirror a picture, in the reference's order and names; about the price
// of one hash.
constexpr std::array<std::string_view, 8> kDihedralNames{
    "original", "rotate90", "rotate180", "rotate270", "flipx", "flipy", "flipplus1", "flipminus1"};
struct Dihedral {
  std::array<Hash, 8> hashes;
  int quality = 0;
};
Dihedral hash_dihedral(const Plane&);

// The plane without flat borders (letterbox, pillarbox, frames of one colour): a border line is one
// whose samples lie within kBorderSpread of each other and of the outermost line. The plane itself
// where less than half of a side would be left, or nothing goes.
constexpr int kBorderSpread = 12;
Plane unletterboxed(const Plane&);

}  // namespace proviso::pdq
