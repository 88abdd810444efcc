// index_bench pdq ENTRIES uniform|clustered [faiss]   PDQ lookups a second on one thread, beside
// FAISS and a scan, as ratios in one run index_bench file INDEX lookups a second in a built index:
// PDQ, MD5 One query in ten lies within 31 bits of an entry. Prints rows of a Markdown table. For
// tests/bench/index.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "index/builder.h"
#include "index/index.h"
#include "index/kernels/slot_scan.h"
#if PROVISO_FAISS
#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <omp.h>
#endif

namespace {

using namespace proviso;
constexpr std::size_t kQueries = 20'480;
constexpr int kRadius = 31;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

pdq::Hash random_hash(std::mt19937_64& random) {
  return {{random(), random(), random(), random()}};
}

pdq::Hash flipped(pdq::Hash hash, unsigned bits, std::mt19937_64& random) {
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned at = static_cast<unsigned>(random() % 256);
    hash.words[at / 64] ^= std::uint64_t{1} << (at % 64);
  }
  return hash;
}

// Median of the rounds' rates: `work` answers `queries` of them.
template <class Work>
double rate(std::size_t queries, int rounds, const Work& work) {
  std::vector<double> rates;
  for (int i = 0; i < rounds; ++i) {
    const double start = now();
    work();
    rates.push_back(static_cast<double>(queries) / (now() - start));
  }
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

std::size_t answers(const index::Index& index, std::span<const pdq::Hash> queries,
                    std::size_t batch) {
  std::size_t sum = 0;
  std::vector<std::vector<index::Hit>> hits;
  for (std::size_t from = 0; from < queries.size(); from += batch) {
    hits.clear();
    index.find_pdq(queries.subspan(from, std::min(batch, queries.size() - from)), kRadius, {},
                   hits);
    for (const auto& each : hits) sum += each.size();
  }
  return sum;
}

struct Set {
  std::vector<pdq::Hash> hashes, queries;
};

Set made(std::size_t entries, bool clustered) {
  Set set;
  std::mt19937_64 random(20261124);
  set.hashes.reserve(entries);
  while (set.hashes.size() < entries) {
    const bool near = clustered && set.hashes.size() > 1000 && random() % 2 == 0;
    set.hashes.push_back(near ? flipped(set.hashes[random() % set.hashes.size()], 24, random)
                              : random_hash(random));
  }
  for (std::size_t i = 0; i < kQueries; ++i) {
    set.queries.push_back(i % 10 == 0 ? flipped(set.hashes[random() % entries], 31, random)
                                      : random_hash(random));
  }
  return set;
}

void check(const index::Index& index, const Set& set, std::size_t wanted) {
  std::vector<std::vector<index::Hit>> hits;
  const auto queries = std::span(set.queries).first(wanted);
  index.find_pdq(queries, kRadius, {}, hits);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const auto near = std::count_if(
        set.hashes.begin(), set.hashes.end(),
        [&](const pdq::Hash& hash) { return pdq::distance(hash, queries[i]) <= kRadius; });
    if (static_cast<std::size_t>(near) != hits[i].size()) {
      fmt::print(stderr, "index_bench: query {}: {} hits, a scan finds {}\n", i, hits[i].size(),
                 near);
      std::exit(1);
    }
  }
}

void pdq_rates(std::size_t entries, const std::string& kind, [[maybe_unused]] bool faiss_too) {
  const Set set = made(entries, kind == "clustered");
  std::string name = (std::filesystem::temp_directory_path() / "proviso-bench-XXXXXX").string();
  const std::filesystem::path dir = ::mkdtemp(name.data());
  policy::List about;
  about.name = "known";
  about.source = "made up";
  about.purpose = "known-csam";
  index::Builder builder(dir / "i.pvx", {about},
                         law::Resolved(law::load("reg-2026-1881"), {}, true), {});
  index::ListEntry entry;
  for (std::size_t i = 0; i < entries; ++i) {
    entry.line = i + 1;
    entry.pdq = set.hashes[i];
    builder.add("known", entry);
  }
  builder.write(nullptr);
  const auto index = index::Index::open(dir / "i.pvx", nullptr, false);
  std::filesystem::remove_all(dir);   // the mapping stays
  answers(index, set.queries, 1024);  // every block is checked
  check(index, set, 200);
  const std::string what = fmt::format("PDQ, {} {} hashes, one thread", entries, kind);
  double batched = 0;
  for (const std::size_t batch : {std::size_t{1}, std::size_t{64}, std::size_t{1024}}) {
    batched = rate(kQueries, 5, [&] { answers(index, set.queries, batch); });
    fmt::print("| {}, {} a call ({}) | {:.0f}/s | | |\n", what, batch,
               index::kernels::chosen().name, batched);
  }
  const double scan = rate(50, 3, [&] {
    std::size_t near = 0;
    for (std::size_t i = 0; i < 50; ++i) {
      for (const pdq::Hash& hash : set.hashes)
        near += pdq::distance(hash, set.queries[i]) <= kRadius ? std::size_t{1} : 0;
    }
    if (near == 0) std::exit(1);
  });
  fmt::print("| {}, against a plain scan | {:.0f}/s | {:.1f}/s | {:.0f} |\n", what, batched, scan,
             batched / scan);
#if PROVISO_FAISS
  if (!faiss_too) return;
  omp_set_num_threads(1);
  const auto* const raw = reinterpret_cast<const std::uint8_t*>(set.hashes.data());
  const auto* const raw_queries = reinterpret_cast<const std::uint8_t*>(set.queries.data());
  constexpr std::size_t kFew = 2000;
  const double ours = rate(kQueries, 5, [&] { answers(index, set.queries, 1024); });
  {
    faiss::IndexBinaryMultiHash multi(256, 16, 16);
    multi.nflip = 1;
    multi.add(static_cast<std::int64_t>(entries), raw);
    const double theirs = rate(kFew, 3, [&] {
      faiss::RangeSearchResult result(kFew);
      multi.range_search(kFew, raw_queries, kRadius + 1, &result);
    });
    fmt::print(
        "| {}, against FAISS IndexBinaryMultiHash(256, 16, 16), nflip 1 | {:.0f}/s | {:.1f}/s | "
        "{:.0f} |\n",
        what, ours, theirs, ours / theirs);
  }
  faiss::IndexBinaryFlat flat(256);
  flat.add(static_cast<std::int64_t>(entries), raw);
  const double theirs = rate(100, 3, [&] {
    faiss::RangeSearchResult result(100);
    flat.range_search(100, raw_queries, kRadius + 1, &result);
  });
  fmt::print("| {}, against FAISS IndexBinaryFlat | {:.0f}/s | {:.1f}/s | {:.0f} |\n", what, ours,
             theirs, ours / theirs);
#endif
}

// Half of the digests are in the list.
void file_rates(const std::filesystem::path& path) {
  const auto index = index::Index::open(path, nullptr, false);
  std::mt19937_64 random(7);
  for (std::uint32_t number = 0; number < index.sections().size(); ++number) {
    const index::Section& section = index.sections()[number];
    if (section.type == index::HashType::pdq) {
      std::vector<pdq::Hash> queries;
      for (std::size_t i = 0; i < kQueries; ++i) {
        queries.push_back(
            i % 10 == 0 ? flipped(index.entry(number, random() % section.entries).pdq, 31, random)
                        : random_hash(random));
      }
      answers(index, queries, 1024);
      for (const std::size_t batch : {std::size_t{1}, std::size_t{1024}}) {
        const double ours = rate(kQueries, 3, [&] { answers(index, queries, batch); });
        fmt::print("| PDQ, {} hashes, one thread, {} a call, mapped {:.2f} GB | {:.0f}/s | | |\n",
                   section.entries, batch, static_cast<double>(index.file_bytes()) / 1e9, ours);
      }
    }
    if (section.type == index::HashType::md5) {
      constexpr std::size_t kMany = 2'000'000;
      std::vector<std::byte> digests(kMany * 16);
      for (std::size_t i = 0; i < kMany; ++i) {
        const auto digest = std::span(digests).subspan(i * 16, 16);
        if (i % 2 == 0) {
          const auto stored = index.entry(number, random() % section.entries).hash;
          std::copy(stored.begin(), stored.end(), digest.begin());
        } else {
          for (auto& each : digest) each = static_cast<std::byte>(random());
        }
      }
      std::vector<std::vector<index::Hit>> hits;
      const double ours = rate(kMany, 3, [&] {
        std::size_t found = 0;
        for (std::size_t from = 0; from < kMany; from += 1000) {
          hits.clear();
          index.find_exact(digest::Type::md5, std::span(digests).subspan(from * 16, 1000 * 16), {},
                           hits);
          for (const auto& each : hits) found += each.size();
        }
        if (found < kMany / 2) std::exit(1);
      });
      fmt::print("| MD5, {} digests, one thread | {:.0f}/s | | |\n", section.entries, ours);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() >= 3 && words[0] == "pdq") {
    pdq_rates(std::stoul(words[1]), words[2], words.size() > 3 && words[3] == "faiss");
  } else if (words.size() == 2 && words[0] == "file") {
    file_rates(words[1]);
  } else {
    fmt::print(
        stderr,
        "usage: index_bench pdq ENTRIES uniform|clustered [faiss] | index_bench file INDEX\n");
    return 64;
  }
  return 0;
}
