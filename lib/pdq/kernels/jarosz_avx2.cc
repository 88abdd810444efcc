// Nothing here may instantiate an inline function of another header: the linker could keep this
// file's AVX2 copy for all CPUs.
#include "pdq/kernels/jarosz_avx2.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace proviso::pdq::kernels {
namespace {

// Every offset is below the size of Avx2Scratch, which an int holds.
// NOLINTBEGIN(bugprone-implicit-widening-of-multiplication-result)

using Work = Avx2Scratch;
constexpr int kCells = Work::kCells;
constexpr int kLanes = Work::kLanes;
constexpr int kWidth = 8;  // floats of a vector
constexpr int kVectors = kLanes / kWidth;

int window_of(int length) { return (length + 2 * kCells - 1) / (2 * kCells); }
int centre(int cell, int length) { return static_cast<int>((cell + 0.5) * length / kCells); }

__m256 mean(__m256 sums, int count) {
  // For a power of two, multiplying by the inverse gives the same float.
  return (count & (count - 1)) == 0
             ? _mm256_mul_ps(sums, _mm256_set1_ps(1.0F / static_cast<float>(count)))
             : _mm256_div_ps(sums, _mm256_set1_ps(static_cast<float>(count)));
}

float mean_of(const std::uint8_t* row, int from, int to) {
  int sum = 0;
  for (int x = from; x <= to; ++x) sum += row[x];
  return static_cast<float>(sum) / static_cast<float>(to - from + 1);
}

// First pass along a row. Sums of whole numbers are exact in any order, so each box is summed
// separately.
template <int kWindow>
void along_row(const std::uint8_t* row, int width, float* out) {
  constexpr int kAhead = kWindow / 2, kBehind = kWindow - 1 - kAhead;
  for (int x = 0; x < kBehind; ++x) out[x] = mean_of(row, 0, x + kAhead);
  int x = kBehind;
  for (; x + 16 + kAhead <= width; x += 16) {
    __m256i sums =
        _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row + x - kBehind)));
    for (int i = 1; i < kWindow; ++i) {
      sums = _mm256_add_epi16(sums, _mm256_cvtepu8_epi16(_mm_loadu_si128(
                                        reinterpret_cast<const __m128i*>(row + x - kBehind + i))));
    }
    _mm256_storeu_ps(
        out + x,
        mean(_mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(sums))), kWindow));
    _mm256_storeu_ps(
        out + x + kWidth,
        mean(_mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm256_extracti128_si256(sums, 1))),
             kWindow));
  }
  for (; x < width; ++x)
    out[x] = mean_of(row, x - kBehind, x + kAhead < width ? x + kAhead : width - 1);
}

void first_pass(const std::uint8_t* row, int width, int window, float* out) {
  switch (window) {
    case 1:
      return along_row<1>(row, width, out);
    case 2:
      return along_row<2>(row, width, out);
    case 3:
      return along_row<3>(row, width, out);
    default:
      return along_row<4>(row, width, out);
  }
}

// sums = (sums + entering) - leaving, in this order; either may be null. Up to `columns`, rounded
// up to whole vectors.
void slide(float* sums, const float* entering, const float* leaving, int columns, float* means,
           int count) {
  for (int x = 0; x < columns; x += kWidth) {
    __m256 sum = _mm256_load_ps(sums + x);
    if (entering != nullptr) sum = _mm256_add_ps(sum, _mm256_load_ps(entering + x));
    if (leaving != nullptr) sum = _mm256_sub_ps(sum, _mm256_load_ps(leaving + x));
    _mm256_store_ps(sums + x, sum);
    if (means != nullptr) _mm256_store_ps(means + x, mean(sum, count));
  }
}

// Eight rows of eight floats (`from`, `from_stride` apart) to eight columns.
void turn(const float* from, int from_stride, float* to, int to_stride) {
  __m256 a[8];
  for (int i = 0; i < 4;
       ++i) {  // the left half of rows i and i + 4 side by side, then the right halves
    const float* const upper = from + i * from_stride;
    const float* const lower = from + (i + 4) * from_stride;
    a[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_load_ps(upper)), _mm_load_ps(lower), 1);
    a[i + 4] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_load_ps(upper + 4)),
                                    _mm_load_ps(lower + 4), 1);
  }
  for (int half = 0; half < 8; half += 4) {
    const __m256 low01 = _mm256_unpacklo_ps(a[half], a[half + 1]),
                 high01 = _mm256_unpackhi_ps(a[half], a[half + 1]);
    const __m256 low23 = _mm256_unpacklo_ps(a[half + 2], a[half + 3]),
                 high23 = _mm256_unpackhi_ps(a[half + 2], a[half + 3]);
    float* const out = to + half * to_stride;
    _mm256_store_ps(out, _mm256_shuffle_ps(low01, low23, 0x44));
    _mm256_store_ps(out + to_stride, _mm256_shuffle_ps(low01, low23, 0xEE));
    _mm256_store_ps(out + 2 * to_stride, _mm256_shuffle_ps(high01, high23, 0x44));
    _mm256_store_ps(out + 3 * to_stride, _mm256_shuffle_ps(high01, high23, 0xEE));
  }
}

// Second pass along 32 rows at a time, one lane each. The sums of later passes are not exact, so
// each row is summed from left to right.
void second_pass(Work& work, int width, int window) {
  const int ahead = window / 2;
  __m256 sums[kVectors];
  for (auto& sum : sums) sum = _mm256_setzero_ps();
  int cell = 0;
  int next = centre(0, width);
  const auto emit = [&](int x, int count) {
    for (; cell < kCells && next == x; next = centre(++cell, width)) {
      for (int v = 0; v < kVectors; ++v)
        _mm256_store_ps(work.kept[cell] + v * kWidth, mean(sums[v], count));
    }
  };
  int x = 0;
  for (; x < window; ++x) {
    for (int v = 0; v < kVectors; ++v)
      sums[v] = _mm256_add_ps(sums[v], _mm256_load_ps(work.turned[x] + v * kWidth));
    if (x >= ahead) emit(x - ahead, x + 1);
  }
  for (; x < width; ++x) {
    for (int v = 0; v < kVectors; ++v) {
      sums[v] = _mm256_add_ps(sums[v], _mm256_load_ps(work.turned[x] + v * kWidth));
      sums[v] = _mm256_sub_ps(sums[v], _mm256_load_ps(work.turned[x - window] + v * kWidth));
    }
    if (x - ahead == next) emit(x - ahead, window);
  }
  for (int count = window - 1; x < width + ahead; ++x, --count) {
    for (int v = 0; v < kVectors; ++v)
      sums[v] = _mm256_sub_ps(sums[v], _mm256_load_ps(work.turned[x - window] + v * kWidth));
    emit(x - ahead, count);
  }
}

// The last pass, down the 64 kept columns, row by row.
struct LastPass {
  Work& work;
  int height, window, ahead;
  float* out;
  int row = 0, cell = 0;

  void emit(int at, int count) {
    for (; cell < kCells && centre(cell, height) == at; ++cell) {
      for (int x = 0; x < kCells; x += kWidth)
        _mm256_storeu_ps(out + cell * kCells + x, mean(_mm256_load_ps(work.sums + x), count));
    }
  }
  float* slot() { return work.rows[row % Work::kSlots]; }  // where the next row is to be written
  void push() {
    const float* const leaving = row < window ? nullptr : work.rows[(row - window) % Work::kSlots];
    slide(work.sums, slot(), leaving, kCells, nullptr, 1);
    if (row >= ahead) emit(row - ahead, row < window ? row + 1 : window);
    ++row;
  }
  void finish() {
    for (int count = window - 1; row < height + ahead; ++row, --count) {
      slide(work.sums, nullptr, work.rows[(row - window) % Work::kSlots], kCells, nullptr, 1);
      emit(row - ahead, count);
    }
  }
};

}  // namespace

void filter_and_decimate_avx2(const std::uint8_t* data, std::size_t stride, int width, int height,
                              Avx2Scratch& work, float* out) {
  const int window_along = window_of(width), window_down = window_of(height),
            ahead = window_down / 2;
  const int padded = (width + kWidth - 1) / kWidth * kWidth;
  for (int x = 0; x < padded; ++x) work.down_sums[x] = 0;
  for (int x = 0; x < kCells; ++x) work.sums[x] = 0;
  for (int slot = 0; slot < Work::kSlots;
       ++slot) {  // columns beyond the picture are computed too, and never looked at
    for (int x = width; x < padded; ++x) work.along[slot][x] = 0;
  }
  LastPass last{work, height, window_down, window_down / 2, out};

  const auto block_done = [&](int rows) {
    for (int y = 0; y < kLanes; y += kWidth) {
      if (y >= rows) break;
      for (int x = 0; x < padded; x += kWidth)
        turn(&work.block[y][x], Work::kEdge + Work::kPad, &work.turned[x][y], kLanes);
    }
    second_pass(work, width, window_along);
    for (int y = 0; y < rows; y += kWidth) {
      alignas(64) float lines[kWidth][kCells];
      for (int cell = 0; cell < kCells; cell += kWidth)
        turn(&work.kept[cell][y], kLanes, &lines[0][cell], kCells);
      for (int i = 0; i < kWidth && y + i < rows; ++i) {
        float* const slot = last.slot();
        for (int x = 0; x < kCells; x += kWidth)
          _mm256_store_ps(slot + x, _mm256_load_ps(lines[i] + x));
        last.push();
      }
    }
  };
  const auto emit = [&](int y, const float* entering, const float* leaving, int count) {
    slide(work.down_sums, entering, leaving, padded, work.block[y % kLanes], count);
    if (y % kLanes == kLanes - 1 || y == height - 1) block_done(y % kLanes + 1);
  };
  int y = 0;
  for (; y < height; ++y) {
    float* const entering = work.along[y % Work::kSlots];
    first_pass(data + static_cast<std::size_t>(y) * stride, width, window_along, entering);
    const float* const leaving =
        y < window_down ? nullptr : work.along[(y - window_down) % Work::kSlots];
    if (y < ahead) {
      slide(work.down_sums, entering, leaving, padded, nullptr, 1);
    } else {
      emit(y - ahead, entering, leaving, y < window_down ? y + 1 : window_down);
    }
  }
  for (int count = window_down - 1; y < height + ahead; ++y, --count) {
    emit(y - ahead, nullptr, work.along[(y - window_down) % Work::kSlots], count);
  }
  last.finish();
}

// NOLINTEND(bugprone-implicit-widening-of-multiplication-result)
}  // namespace proviso::pdq::kernels

#else

namespace proviso::pdq::kernels {

// Never called: use_avx2() of jarosz_filter.cc is false on other processors.
void filter_and_decimate_avx2(const std::uint8_t*, std::size_t, int, int, Avx2Scratch&, float*) {}

}  // namespace proviso::pdq::kernels
#endif
