// The blur and decimation that bring a luma plane to 64x64: two passes, along rows and along
// columns, of a running box (W. Jarosz, "Fast Image Convolutions", 2001), then the sample nearest
// to each cell's centre.
//
// The sums are made in the reference's order, one 32-bit float addition and one subtraction per
// sample, because another order rounds differently. For speed, every pass goes down all columns at
// once; for a pass along rows the plane is transposed first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proviso::pdq {

constexpr int kCells = 64;                                      // 64x64 after decimation
using Cells = std::array<float, std::size_t{kCells} * kCells>;  // row-major

// 8-bit luma, rows of `stride` bytes.
struct Samples {
  const std::uint8_t* data = nullptr;
  int width = 0, height = 0;
  std::size_t stride = 0;
};

// The box's width for one pass over a side of `length` samples: half a cell, rounded up.
constexpr int window_size(int length) { return (length + 2 * kCells - 1) / (2 * kCells); }
// The sample of cell `cell`: the one nearest to its centre.
constexpr int centre_of(int cell, int length) {
  return static_cast<int>((cell + 0.5) * length / kCells);
}

// Sides must be from 5 to 512. Uses the fastest kernel that this CPU has; all give the same bits.
// Work space is kept per thread.
void filter_and_decimate(const Samples&, Cells& out);
// The same without a kernel. Tests compare the kernels with it; it runs where there is no kernel.
void filter_and_decimate_portable(const Samples&, Cells& out);
// "avx2" or "portable".
std::string_view kernel_name();

}  // namespace proviso::pdq
