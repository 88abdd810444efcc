// The filter of jarosz_filter.h for 8-bit planes, with AVX2 and the same bits. The file is compiled
// with -mavx2: call it only on a CPU that has AVX2.
#pragma once

#include <cstddef>
#include <cstdint>

namespace proviso::pdq::kernels {

// Work space of one thread, 64-byte aligned. What is needed of the planes between the passes fits
// the second-level cache.
struct Avx2Scratch {
  static constexpr int kEdge = 512, kLanes = 32, kPad = 32, kSlots = 5, kCells = 64;
  alignas(64) float along[kSlots][kEdge + kPad];  // after the first pass along rows, as many rows
                                                  // as the box reaches
  alignas(64) float down_sums[kEdge + kPad];
  alignas(64) float block[kLanes][kEdge + kPad];   // after the first pass along columns
  alignas(64) float turned[kEdge + kPad][kLanes];  // the same, transposed
  alignas(
      64) float kept[kCells][kLanes];  // after the second pass along rows: kept columns, transposed
  alignas(64) float rows[kSlots][kCells];
  alignas(64) float sums[kCells];
};

// `data`: `height` rows of `width` samples, `stride` bytes apart; sides from 5 to 512. `out`: 64 by
// 64, row-major.
void filter_and_decimate_avx2(const std::uint8_t* data, std::size_t stride, int width, int height,
                              Avx2Scratch&, float* out);

}  // namespace proviso::pdq::kernels
