// Compiled with -mavx2 -mpopcnt: slot_scan.cc calls it only if the CPU has both.
#include "index/kernels/slot_scan.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <bit>

namespace proviso::index::kernels {
namespace {

// Ones in each 16-bit lane: by nibbles, then the two bytes together.
inline __m256i ones_of_lanes(__m256i x) {
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2,
                                         1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(x, nibble));
  const __m256i high =
      _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
  return _mm256_maddubs_epi16(_mm256_add_epi8(low, high), _mm256_set1_epi8(1));
}

}  // namespace

std::size_t scan_buckets_avx2(const std::uint16_t* companions, std::span<const Bucket> buckets,
                              std::uint16_t query, std::uint32_t* out) {
  constexpr std::uint32_t kLanes = 16;
  constexpr std::uint32_t kFirstOfPair = 0x55555555;  // the mask has two bits a lane
  const __m256i wanted = _mm256_set1_epi16(static_cast<short>(query));
  std::size_t found = 0;
  for (const Bucket& bucket : buckets) {
    const __m256i over = _mm256_set1_epi16(static_cast<short>(bucket.limit + 1));
    for (std::uint32_t at = bucket.from; at < bucket.to; at += kLanes) {
      const __m256i lanes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(companions + at));
      const __m256i near = _mm256_cmpgt_epi16(over, ones_of_lanes(_mm256_xor_si256(lanes, wanted)));
      auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(near));
      if (mask == 0) [[likely]]
        continue;
      mask &= kFirstOfPair;
      while (mask != 0) {
        const std::uint32_t place = at + static_cast<std::uint32_t>(std::countr_zero(mask)) / 2;
        mask &= mask - 1;
        if (place < bucket.to) out[found++] = place;
      }
    }
  }
  return found;
}

std::size_t scan_hashes_avx2(std::span<const pdq::Hash> hashes, const pdq::Hash& query, int radius,
                             std::uint32_t* out) {
  std::size_t found = 0;
  const auto& q = query.words;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const auto& h = hashes[i].words;
    const auto bits = _mm_popcnt_u64(h[0] ^ q[0]) + _mm_popcnt_u64(h[1] ^ q[1]) +
                      _mm_popcnt_u64(h[2] ^ q[2]) + _mm_popcnt_u64(h[3] ^ q[3]);
    if (bits <= radius) out[found++] = static_cast<std::uint32_t>(i);
  }
  return found;
}

}  // namespace proviso::index::kernels
#endif
