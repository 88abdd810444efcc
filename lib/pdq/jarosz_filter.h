// The blur and decimation that bring a luma plane to 64x64: two passes, along rows and along columns, of a running box
// (W. Jarosz, "Fast Image Convolutions", 2001), then the sample nearest to each cell's centre.
//
// The sums run in the reference's order, one 32-bit float addition and one subtraction a sample, since another order rounds
// otherwise. Speed comes from going along columns only, all columns at once: along rows the plane is transposed first.
#pragma once

#include <array>
#include <cstddef>

namespace proviso::pdq {

constexpr int kCells = 64;                              // 64x64 after decimation
using Cells = std::array<float, std::size_t{kCells} * kCells>;  // row-major

// Work space of one thread: two planes of at most 512x512 floats, 64-byte aligned.
struct Scratch {
  alignas(64) std::array<float, std::size_t{512} * 512> first;
  alignas(64) std::array<float, std::size_t{512} * 512> second;
};

// The box's width for one pass over a side of `length` samples: half a cell, rounded up.
constexpr int window_size(int length) { return (length + 2 * kCells - 1) / (2 * kCells); }
// The sample that stands for cell `cell`: nearest its centre.
constexpr int centre_of(int cell, int length) {
  return static_cast<int>((cell + 0.5) * length / kCells);
}

// `scratch.first` holds the plane *transposed*: `width` rows of `height` floats. Sides from 5 to 512. Both buffers are used up.
void filter_and_decimate(Scratch& scratch, int width, int height, Cells& out);

}  // namespace proviso::pdq
