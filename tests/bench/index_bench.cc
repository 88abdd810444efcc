// Lookups a second, one thread, at one million PDQ hashes: uniform and clustered sets, one query in ten within 31 bits of an entry;
// a linear scan over the same hashes beside them; exact digests at one million.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <random>

#include "index/index.h"

namespace {

using namespace proviso;
constexpr std::size_t kEntries = 1'000'000;
constexpr std::size_t kQueries = 2'000;

struct Data {
  std::vector<pdq::Hash> hashes, queries;
  std::optional<index::Index> index;
};

pdq::Hash random_hash(std::mt19937_64& random) { return {{random(), random(), random(), random()}}; }

pdq::Hash flipped(pdq::Hash hash, unsigned bits, std::mt19937_64& random) {
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned at = static_cast<unsigned>(random() % 256);
    hash.words[at / 64] ^= std::uint64_t{1} << (at % 64);
  }
  return hash;
}

const Data& data(bool clustered) {
  static std::array<std::optional<Data>, 2> all;
  auto& slot = all[clustered ? 1 : 0];
  if (slot) return *slot;
  Data made;
  std::mt19937_64 random(20261124);
  index::ListInput list;
  list.about = {"known", "made up", "known-csam", "", {}};
  for (std::size_t i = 0; i < kEntries; ++i) {
    const bool near = clustered && i > 1000 && random() % 2 == 0;
    made.hashes.push_back(near ? flipped(made.hashes[random() % i], 24, random) : random_hash(random));
    index::Entry entry;
    entry.id = std::to_string(i);
    entry.pdq = made.hashes.back();
    list.entries.push_back(std::move(entry));
    index::Entry exact;
    exact.id = list.entries.back().id;
    exact.digest_type = digest::Type::md5;
    exact.digest.resize(16);
    for (std::size_t b = 0; b < 16; ++b) exact.digest[b] = static_cast<std::byte>(made.hashes.back().words[b / 8] >> (8 * (b % 8)));
    list.entries.push_back(std::move(exact));
  }
  for (std::size_t i = 0; i < kQueries; ++i) {
    made.queries.push_back(i % 10 == 0 ? flipped(made.hashes[random() % kEntries], 31, random) : random_hash(random));
  }
  std::string name = (std::filesystem::temp_directory_path() / "proviso-bench-XXXXXX").string();
  const std::filesystem::path dir = ::mkdtemp(name.data());
  index::build(dir / "i.pvx", {list}, nullptr, law::Resolved(law::load("reg-2026-1881"), {}, true), false);
  made.index = index::Index::open(dir / "i.pvx", nullptr, false);
  std::filesystem::remove_all(dir);      // the mapping stays
  slot = std::move(made);
  return *slot;
}

void pdq_lookup(benchmark::State& state) {
  const Data& from = data(state.range(0) == 1);
  std::size_t at = 0;
  std::vector<index::Hit> hits;
  for (auto _ : state) {
    hits.clear();
    from.index->find_pdq(from.queries[at++ % kQueries], 31, {}, hits);
    benchmark::DoNotOptimize(hits.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(pdq_lookup)->ArgName("clustered")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

void pdq_linear_scan(benchmark::State& state) {
  const Data& from = data(false);
  std::size_t at = 0;
  for (auto _ : state) {
    const pdq::Hash& query = from.queries[at++ % kQueries];
    int found = 0;
    for (const pdq::Hash& hash : from.hashes) found += pdq::distance(query, hash) <= 31 ? 1 : 0;
    benchmark::DoNotOptimize(found);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(pdq_linear_scan)->Unit(benchmark::kMicrosecond);

void exact_lookup(benchmark::State& state) {
  const Data& from = data(false);
  std::size_t at = 0;
  std::vector<index::Hit> hits;
  std::array<std::byte, 16> digest{};
  for (auto _ : state) {
    const pdq::Hash& hash = at % 10 == 0 ? from.hashes[at * 7919 % kEntries] : from.queries[at % kQueries];
    for (std::size_t b = 0; b < 16; ++b) digest[b] = static_cast<std::byte>(hash.words[b / 8] >> (8 * (b % 8)));
    ++at;
    hits.clear();
    from.index->find_exact(digest::Type::md5, digest, {}, hits);
    benchmark::DoNotOptimize(hits.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(exact_lookup);

}  // namespace
