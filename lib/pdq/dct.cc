#include "pdq/dct.h"

#include <cmath>
#include <numbers>

namespace proviso::pdq {
namespace {

constexpr std::size_t kN = kCells;
constexpr std::size_t kK = kFrequencies;

// Row f, column x: sqrt(2/64) cos(pi/128 (f+1) (2x+1)), scaled in double, rounded once to float.
// The scale itself is a float.
struct Matrix {
  std::array<float, kK * kN> by_frequency{};
  std::array<float, kN * kK> by_sample{};  // transposed, so that both products go along rows

  Matrix() {
    const auto scale = static_cast<float>(std::sqrt(2.0 / static_cast<double>(kN)));
    for (std::size_t f = 0; f < kK; ++f) {
      for (std::size_t x = 0; x < kN; ++x) {
        const double angle = (std::numbers::pi / 2.0 / static_cast<double>(kN)) *
                             static_cast<double>(f + 1) * static_cast<double>(2 * x + 1);
        const auto value = static_cast<float>(static_cast<double>(scale) * std::cos(angle));
        by_frequency[f * kN + x] = value;
        by_sample[x * kK + f] = value;
      }
    }
  }
};

const Matrix& matrix() {
  static const Matrix instance;
  return instance;
}

}  // namespace

Spectrum transform(const Cells& cells) {
  const Matrix& m = matrix();
  // Each sum adds its 64 products in ascending order of the sample, from zero; the inner loops run
  // over independent sums.
  alignas(64) std::array<float, kK * kN> half{};
  for (std::size_t f = 0; f < kK; ++f) {
    float* const sums = &half[f * kN];
    for (std::size_t y = 0; y < kN; ++y) {
      const float factor = m.by_frequency[f * kN + y];
      const float* const row = &cells[y * kN];
      for (std::size_t x = 0; x < kN; ++x) sums[x] += factor * row[x];
    }
  }
  Spectrum out{};
  for (std::size_t f = 0; f < kK; ++f) {
    float* const sums = &out[f * kK];
    for (std::size_t x = 0; x < kN; ++x) {
      const float factor = half[f * kN + x];
      const float* const row = &m.by_sample[x * kK];
      for (std::size_t g = 0; g < kK; ++g) sums[g] += factor * row[g];
    }
  }
  return out;
}

}  // namespace proviso::pdq
