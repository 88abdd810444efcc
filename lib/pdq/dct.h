// The part of a 64x64 discrete cosine transform that PDQ keeps: frequencies 1 to 16 in both
// directions, as 32-bit floats summed in the reference's order (C. Zauner, "Implementation and
// Benchmarking of Perceptual Image Hash Functions", 2010).
#pragma once

#include <array>

#include "pdq/jarosz_filter.h"

namespace proviso::pdq {

constexpr int kFrequencies = 16;
using Spectrum = std::array<float, std::size_t{kFrequencies} * kFrequencies>;  // row-major

Spectrum transform(const Cells&);

}  // namespace proviso::pdq
