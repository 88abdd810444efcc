// Hashes a second of one core, by the plane's size. 1024x1024 includes the sampling down.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include "pdq/pdq_hash.h"

namespace {

using proviso::pdq::Plane;

void hash_plane(benchmark::State& state) {
  const int side = static_cast<int>(state.range(0));
  const auto stride = static_cast<std::size_t>(side);
  std::mt19937 random(1);
  std::vector<std::uint8_t> grey(stride * stride);
  for (auto& sample : grey) sample = static_cast<std::uint8_t>(random());
  for (auto _ : state)
    benchmark::DoNotOptimize(proviso::pdq::hash(Plane{grey.data(), side, side, stride}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hash_plane)
    ->Arg(64)
    ->Arg(128)
    ->Arg(300)
    ->Arg(512)
    ->Arg(1024)
    ->Unit(benchmark::kMicrosecond);

void hamming_distance(benchmark::State& state) {
  std::mt19937_64 random(2);
  std::vector<proviso::pdq::Hash> hashes(4096);
  for (auto& hash : hashes) {
    for (auto& word : hash.words) word = random();
  }
  for (auto _ : state) {
    int sum = 0;
    for (const auto& hash : hashes) sum += proviso::pdq::distance(hash, hashes.front());
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(hashes.size()));
}
BENCHMARK(hamming_distance);

}  // namespace

BENCHMARK_MAIN();
