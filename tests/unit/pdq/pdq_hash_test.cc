#include "pdq/pdq_hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "slow_pdq.h"

using namespace proviso;

namespace {

// A soft random picture: noise over waves, so that its quality is high.
std::vector<std::uint8_t> picture(int width, int height, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> out;
  const double fx = 0.01 + 0.001 * static_cast<double>(random() % 100);
  const double fy = 0.01 + 0.001 * static_cast<double>(random() % 100);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double wave =
          100 + 60 * std::sin(fx * x * 64 / width * 8) + 60 * std::cos(fy * y * 64 / height * 8);
      out.push_back(static_cast<std::uint8_t>(
          std::clamp(wave + static_cast<double>(random() % 32), 0.0, 255.0)));
    }
  }
  return out;
}

pdq::Plane plane_of(const std::vector<std::uint8_t>& grey, int width, int height) {
  return {grey.data(), width, height, static_cast<std::size_t>(width)};
}

}  // namespace

TEST_CASE("the fast hash has the bits of the slow one at every kind of size") {
  unsigned seed = 1;
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{{5, 5},
                                                                      {5, 512},
                                                                      {16, 16},
                                                                      {63, 64},
                                                                      {64, 64},
                                                                      {65, 64},
                                                                      {127, 129},
                                                                      {128, 128},
                                                                      {200, 7},
                                                                      {256, 384},
                                                                      {511, 512},
                                                                      {512, 512},
                                                                      {513, 20},
                                                                      {20, 1030},
                                                                      {700, 600}}) {
    const int w = width, h = height;  // a lambda of Clang 14 cannot capture a structured binding
    CAPTURE(w);
    CAPTURE(h);
    const auto grey = picture(w, h, seed++);
    const auto fast = pdq::hash(plane_of(grey, w, h));
    const auto slow = slow::pdq(grey, w, h);
    CHECK(pdq::to_hex(fast.hash) == slow.hex);
    CHECK(fast.quality == slow.quality);
  }
}

TEST_CASE("a plane with a side under five samples has quality 0 and the hash of zeros") {
  const std::vector<std::uint8_t> grey(4 * 600, 200);
  for (const auto& [w, h] :
       std::vector<std::pair<int, int>>{{4, 4}, {4, 100}, {100, 4}, {0, 0}, {0, 600}}) {
    const auto result = pdq::hash(plane_of(grey, w, h));
    CHECK(result.quality == 0);
    CHECK(result.hash == pdq::Hash{});
  }
}

TEST_CASE("bytes between the rows of a plane do not count") {
  const int w = 90, h = 70;
  const auto grey = picture(w, h, 7);
  std::vector<std::uint8_t> padded;
  for (int y = 0; y < h; ++y) {
    padded.insert(padded.end(), grey.begin() + y * w, grey.begin() + (y + 1) * w);
    padded.insert(padded.end(), 13, static_cast<std::uint8_t>(y));
  }
  CHECK(pdq::hash({padded.data(), w, h, static_cast<std::size_t>(w + 13)}).hash ==
        pdq::hash(plane_of(grey, w, h)).hash);
}

TEST_CASE("every kernel has the bits of the portable filter, at every width and height") {
  std::mt19937 random(11);
  std::vector<std::uint8_t> noise(std::size_t{512} * 512);
  for (auto& sample : noise) sample = static_cast<std::uint8_t>(random());
  const auto same = [&](int w, int h) {
    pdq::Cells fast, plain;
    pdq::filter_and_decimate({noise.data(), w, h, 448}, fast);
    pdq::filter_and_decimate_portable({noise.data(), w, h, 448}, plain);
    return fast == plain;
  };
  MESSAGE("kernel: " << pdq::kernel_name());
  int different = 0;
  for (int side = 5; side <= 448; ++side) {
    different += same(side, 5 + static_cast<int>(random() % 443)) ? 0 : 1;
    different += same(5 + static_cast<int>(random() % 443), side) ? 0 : 1;
  }
  CHECK(different == 0);
  pdq::Cells fast, plain;
  for (const auto& [w, h] :
       std::vector<std::pair<int, int>>{{512, 512}, {512, 5}, {511, 512}, {512, 509}}) {
    pdq::filter_and_decimate({noise.data(), w, h, 512}, fast);
    pdq::filter_and_decimate_portable({noise.data(), w, h, 512}, plain);
    CHECK(fast == plain);
  }
}

TEST_CASE("flat borders go, and a picture without any stays") {
  const int w = 200, h = 160;
  auto inner = picture(w, h, 5);
  for (auto& sample : inner) sample = static_cast<std::uint8_t>(40 + sample / 2);
  const pdq::Plane whole = plane_of(inner, w, h);
  CHECK(pdq::unletterboxed(whole).width == w);
  CHECK(pdq::unletterboxed(whole).height == h);
  const int boxed_w = w + 30, boxed_h = h + 50;
  std::vector<std::uint8_t> boxed(static_cast<std::size_t>(boxed_w) * boxed_h, 3);
  for (int y = 0; y < h; ++y)
    std::copy_n(inner.begin() + y * w, w, boxed.begin() + (y + 20) * boxed_w + 10);
  boxed[5] = 7;  // as a lossy coder leaves it
  const pdq::Plane found = pdq::unletterboxed(plane_of(boxed, boxed_w, boxed_h));
  CHECK(found.width == w);
  CHECK(found.height == h);
  CHECK(pdq::hash(found).hash == pdq::hash(whole).hash);
  const std::vector<std::uint8_t> flat(100 * 100, 9);
  CHECK(pdq::unletterboxed(plane_of(flat, 100, 100)).width == 100);
  std::vector<std::uint8_t> speck(100 * 100, 9);
  speck[5050] = 200;
  CHECK(pdq::unletterboxed(plane_of(speck, 100, 100)).height == 100);  // too little would be left
  CHECK(pdq::unletterboxed({}).width == 0);
}

TEST_CASE("a turned picture's hash is among the eight") {
  const int n = 300;
  const auto grey = picture(n, n, 21);
  std::vector<std::uint8_t> turned(grey.size()), mirrored(grey.size());
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) {
      turned[static_cast<std::size_t>(x * n + (n - 1 - y))] =
          grey[static_cast<std::size_t>(y * n + x)];
      mirrored[static_cast<std::size_t>(y * n + (n - 1 - x))] =
          grey[static_cast<std::size_t>(y * n + x)];
    }
  }
  const auto eight = pdq::hash_dihedral(plane_of(grey, n, n));
  CHECK(eight.hashes[0] == pdq::hash(plane_of(grey, n, n)).hash);
  for (const auto* const other : {&turned, &mirrored}) {
    const auto hash = pdq::hash(plane_of(*other, n, n)).hash;
    int best = 256;
    for (const auto& one : eight.hashes) best = std::min(best, pdq::distance(one, hash));
    CHECK(best <= 16);  // the box is not symmetric about its centre
  }
}

TEST_CASE("hex goes both ways, in either case of letters, and nothing else is a hash") {
  const std::string hex = "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22";
  const auto hash = pdq::from_hex(hex);
  REQUIRE(hash.has_value());
  CHECK(hash->words[0] == 0xd8f8f0cee0f4a84fu);
  CHECK(hash->words[3] == 0x33e6339c4e9c9b22u);
  CHECK(pdq::to_hex(*hash) == hex);
  std::string upper = hex;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  CHECK(pdq::from_hex(upper) == hash);
  CHECK_FALSE(pdq::from_hex(hex.substr(1)).has_value());
  CHECK_FALSE(pdq::from_hex(hex + "0").has_value());
  CHECK_FALSE(pdq::from_hex("g" + hex.substr(1)).has_value());
  CHECK_FALSE(pdq::from_hex("").has_value());
}

TEST_CASE("distance counts the bits that differ, from 0 to 256") {
  const pdq::Hash zero;
  pdq::Hash one = zero, all;
  one.words[2] = 1;
  all.words.fill(~std::uint64_t{0});
  CHECK(pdq::distance(zero, zero) == 0);
  CHECK(pdq::distance(zero, one) == 1);
  CHECK(pdq::distance(one, all) == 255);
  CHECK(pdq::distance(zero, all) == 256);
}
