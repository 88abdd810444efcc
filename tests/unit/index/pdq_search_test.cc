#include "index/pdq_search.h"

#include <doctest/doctest.h>

#include <set>

#include "index/kernels/slot_scan.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::test;

namespace {

// The slow, obviously right answer: distances of every entry within the radius, by entry.
std::vector<std::pair<int, std::string>> scanned(const std::vector<pdq::Hash>& hashes,
                                                 const pdq::Hash& query, int radius) {
  std::vector<std::pair<int, std::string>> all;
  std::set<pdq::Hash> seen;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const int bits = pdq::distance(query, hashes[i]);
    if (bits <= radius && seen.insert(hashes[i]).second) all.emplace_back(bits, "");
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::pair<int, std::string>> told(const std::vector<index::Hit>& hits) {
  std::vector<std::pair<int, std::string>> all;
  for (const auto& hit : hits) all.emplace_back(hit.distance, "");
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE(
    "PDQ answers are those of a linear scan, at every distance, for lists of any size and batches "
    "of any length") {
  Temporary dir;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{1000},
                                 std::size_t{4095}, std::size_t{4096}, std::size_t{20'000}}) {
    const std::uint64_t seed = 20261124 + size;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto hashes = made_hashes(size, random);
    make_index(dir.path / "i.pvx", {{about(), pictures(hashes)}});
    const auto index = open_index(dir.path / "i.pvx");
    std::vector<pdq::Hash> queries;
    for (int bits = 0; bits < 70; ++bits) {
      queries.push_back(hashes.empty() ? random_hash(random)
                                       : flipped(hashes[random() % hashes.size()], bits, random));
    }
    for (int radius = 0; radius <= index::kMaxRadius; ++radius) {
      CAPTURE(radius);
      std::vector<std::vector<index::Hit>> hits;
      index.find_pdq(queries, radius, {}, hits);
      REQUIRE(hits.size() == queries.size());
      for (std::size_t i = 0; i < queries.size(); ++i) {
        REQUIRE(told(hits[i]) == scanned(hashes, queries[i], radius));
        REQUIRE(std::is_sorted(hits[i].begin(), hits[i].end(), [](const auto& a, const auto& b) {
          return a.distance < b.distance;
        }));
      }
      std::vector<index::Hit> alone;
      const std::size_t one = static_cast<std::size_t>(radius) % queries.size();
      index.find_pdq(queries[one], radius, {}, alone);
      REQUIRE(told(alone) == told(hits[one]));
    }
  }
}

TEST_CASE("hashes that differ by as much as they may in the worst places are found") {
  // Bits spread evenly over the slots, and heaped in as few as possible: the edges of the ring
  // argument.
  Temporary dir;
  std::mt19937_64 random(31);
  auto hashes = made_hashes(6000, random);
  const pdq::Hash centre = random_hash(random);
  for (int radius = 1; radius <= 63; ++radius) {
    for (int first = 0; first < 16; ++first) {
      pdq::Hash even = centre;
      pdq::Hash heaped = centre;
      for (int bit = 0; bit < radius; ++bit) {
        const int slot = (first + bit) % 16;
        even.words[static_cast<std::size_t>(slot / 4)] ^= std::uint64_t{1}
                                                          << (16 * (slot % 4) + bit / 16);
        const int at = (first * 16 + bit) % 256;
        heaped.words[static_cast<std::size_t>(at / 64)] ^= std::uint64_t{1} << (at % 64);
      }
      hashes.push_back(even);
      hashes.push_back(heaped);
    }
  }
  make_index(dir.path / "i.pvx", {{about(), pictures(hashes)}});
  const auto index = open_index(dir.path / "i.pvx");
  for (int radius = 0; radius <= 63; ++radius) {
    CAPTURE(radius);
    std::vector<index::Hit> hits;
    index.find_pdq(centre, radius, {}, hits);
    REQUIRE(told(hits) == scanned(hashes, centre, radius));
  }
}

TEST_CASE("every kernel gives the scalar one's answers") {
  std::mt19937_64 random(41);
  std::vector<std::uint16_t> companions(5000);
  for (auto& each : companions) each = static_cast<std::uint16_t>(random() & random());
  companions.resize(companions.size() + 32);
  const auto hashes = made_hashes(3000, random);
  for (const auto& kernel : index::kernels::available()) {
    CAPTURE(kernel.name);
    for (int round = 0; round < 300; ++round) {
      std::vector<index::kernels::Bucket> buckets;
      std::size_t room = 0;
      for (int i = 0; i < 20; ++i) {
        const auto from = static_cast<std::uint32_t>(random() % 5000);
        const auto to =
            static_cast<std::uint32_t>(from + random() % std::min<std::uint64_t>(70, 5001 - from));
        buckets.push_back({from, to, static_cast<std::uint32_t>(random() % 17)});
        room += to - from;
      }
      const auto query = static_cast<std::uint16_t>(random());
      std::vector<std::uint32_t> got(room), want(room);
      got.resize(kernel.scan_buckets(companions.data(), buckets, query, got.data()));
      want.resize(
          index::kernels::scan_buckets_scalar(companions.data(), buckets, query, want.data()));
      REQUIRE(got == want);
      const int radius = static_cast<int>(random() % 256);
      const auto hash = flipped(hashes[random() % hashes.size()], radius, random);
      got.assign(hashes.size(), 0);
      want.assign(hashes.size(), 0);
      got.resize(kernel.scan_hashes(hashes, hash, radius, got.data()));
      want.resize(index::kernels::scan_hashes_scalar(hashes, hash, radius, want.data()));
      REQUIRE(got == want);
    }
  }
}
