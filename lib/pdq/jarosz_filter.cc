#include "pdq/jarosz_filter.h"

#include <algorithm>
#include <bit>
#include <memory>

#include "pdq/kernels/jarosz_avx2.h"

namespace proviso::pdq {
namespace {

// The rows of a plane that a pass writes: all of them, or the 64 that decimation keeps.
struct Rows {
  const int* kept = nullptr;  // ascending, may repeat; null for all
};

// out = sums / count. For a power of two, multiplying by the inverse gives the same float and is
// much cheaper.
void write_means(const float* __restrict sums, float* __restrict out, std::size_t n, int count) {
  const auto divisor = static_cast<float>(count);
  if (std::has_single_bit(static_cast<unsigned>(count))) {
    const float factor = 1.0F / divisor;
    for (std::size_t i = 0; i < n; ++i) out[i] = sums[i] * factor;
  } else {
    for (std::size_t i = 0; i < n; ++i) out[i] = sums[i] / divisor;
  }
}

void add(float* __restrict sums, const float* __restrict row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) sums[i] += row[i];
}

void subtract(float* __restrict sums, const float* __restrict row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) sums[i] -= row[i];
}

void slide(float* __restrict sums, const float* __restrict entering,
           const float* __restrict leaving, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float grown = sums[i] + entering[i];
    sums[i] = grown - leaving[i];
  }
}

// Runs one box down the columns of `in` (`rows` x `columns`), all columns side by side. The box
// reaches `window / 2` rows ahead. At both ends it is cut off, and the mean is that of the rows
// left in it.
void box_down_columns(const float* in, float* out, int rows, int columns, int window, Rows wanted) {
  const auto n = static_cast<std::size_t>(columns);
  alignas(64) std::array<float, 512> sums{};
  const auto row = [&](int r) { return in + static_cast<std::size_t>(r) * n; };

  int count = 0, entering = 0, leaving = 0;
  const int* next = wanted.kept;
  const int* const last = next == nullptr ? nullptr : next + kCells;
  float* write = out;
  const auto emit = [&](int r) {
    if (wanted.kept == nullptr) {
      write_means(sums.data(), write, n, count);
      write += n;
      return;
    }
    for (; next != last && *next == r; ++next) {
      write_means(sums.data(), write, n, count);
      write += n;
    }
  };

  const int ahead = window / 2;
  for (; count < ahead; ++count) add(sums.data(), row(entering++), n);
  int r = 0;
  while (count < window) {
    add(sums.data(), row(entering++), n);
    ++count;
    emit(r++);
  }
  while (entering < rows) {
    slide(sums.data(), row(entering++), row(leaving++), n);
    emit(r++);
  }
  while (r < rows) {
    subtract(sums.data(), row(leaving++), n);
    --count;
    emit(r++);
  }
}

// out (columns x rows) = in (rows x columns), in blocks that stay in the first-level cache.
void transpose(const float* __restrict in, float* __restrict out, int rows, int columns) {
  constexpr std::size_t kBlock = 16;
  const auto h = static_cast<std::size_t>(rows);
  const auto w = static_cast<std::size_t>(columns);
  for (std::size_t y0 = 0; y0 < h; y0 += kBlock) {
    const std::size_t y1 = std::min(y0 + kBlock, h);
    for (std::size_t x0 = 0; x0 < w; x0 += kBlock) {
      const std::size_t x1 = std::min(x0 + kBlock, w);
      for (std::size_t x = x0; x < x1; ++x) {
        for (std::size_t y = y0; y < y1; ++y) out[x * h + y] = in[y * w + x];
      }
    }
  }
}

std::array<int, kCells> centres(int length) {
  std::array<int, kCells> out{};
  for (int cell = 0; cell < kCells; ++cell)
    out[static_cast<std::size_t>(cell)] = centre_of(cell, length);
  return out;
}

// Two planes of at most 512x512 floats.
struct Scratch {
  alignas(64) std::array<float, std::size_t{512} * 512> first;
  alignas(64) std::array<float, std::size_t{512} * 512> second;
};

// Kept per thread, because allocating megabytes for each hash would cost more than the hash.
template <class T>
T& of_this_thread() {
  thread_local const auto instance = std::make_unique<T>();
  // The check takes the thread's variable for a local one.
  return *instance;  // NOLINT(clang-analyzer-cplusplus.NewDelete)
}

// `out` is `width` rows of `height` floats. Each block of the source is transposed while it is in
// the cache.
void load_transposed(const Samples& in, float* out) {
  constexpr std::size_t kBlock = 16;
  const auto h = static_cast<std::size_t>(in.height);
  const auto w = static_cast<std::size_t>(in.width);
  for (std::size_t y0 = 0; y0 < h; y0 += kBlock) {
    const std::size_t y1 = std::min(y0 + kBlock, h);
    for (std::size_t x = 0; x < w; ++x) {
      for (std::size_t y = y0; y < y1; ++y)
        out[x * h + y] = static_cast<float>(in.data[y * in.stride + x]);
    }
  }
}

bool use_avx2() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx2");
  return has;
#else
  return false;
#endif
}

}  // namespace

void filter_and_decimate_portable(const Samples& in, Cells& out) {
  auto& scratch = of_this_thread<Scratch>();
  float* const a = scratch.first.data();
  float* const b = scratch.second.data();
  const auto kept_columns = centres(in.width);
  const auto kept_rows = centres(in.height);
  const int along = window_size(in.width), down = window_size(in.height);

  load_transposed(in, a);
  box_down_columns(a, b, in.width, in.height, along, {});  // along rows, first pass, transposed
  transpose(b, a, in.width, in.height);
  box_down_columns(a, b, in.height, in.width, down, {});  // along columns, first pass
  transpose(b, a, in.height, in.width);
  // Second pass: only what decimation keeps is written, but every sample is added to the sums,
  // because their rounding depends on all of them.
  box_down_columns(a, b, in.width, in.height, along, {kept_columns.data()});  // 64 x height
  transpose(b, a, kCells, in.height);
  box_down_columns(a, out.data(), in.height, kCells, down, {kept_rows.data()});
}

void filter_and_decimate(const Samples& in, Cells& out) {
  if (!use_avx2()) return filter_and_decimate_portable(in, out);
  kernels::filter_and_decimate_avx2(in.data, in.stride, in.width, in.height,
                                    of_this_thread<kernels::Avx2Scratch>(), out.data());
}

std::string_view kernel_name() { return use_avx2() ? "avx2" : "portable"; }

}  // namespace proviso::pdq
