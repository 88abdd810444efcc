// The blur and decimation that bring a luma plane to 64x64: two passes, along rows and along
// columns, of a running box (W. Jarosz, "Fast Image Convolutions", 2001), then the sample nearest
// to each cell's centre.
//
// The sums run in the reference's order, one 32-bit float addition and one subtraction a sample,
// since another order rounds otherwise. Speed comes from going along columns only, all columns at
// once: along rows the plane is transposed first.
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
// The sample that stands for cell `cell`: nearest its centre.
constexpr int centre_of(int cell, int length) {
  return static_cast<int>((cell + 0.5) * length / kCells);
}

// Sides from 5 to 512. By the fastest kernel that this CPU has; all give the same bits. Work space
// is kept per thread.
void filter_and_decimate(const Samples&, Cells& out);
// Without a kernel: what the kernels are held against, and what runs where there is none.
void filter_and_decimate_portable(const Samples&, Cells& out);
// "avx2" or "portable".
std::string_view kernel_name();

}  // namespace proviso::pdq
