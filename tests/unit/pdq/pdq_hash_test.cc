#include "pdq/pdq_hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
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
      const double wave = 100 + 60 * std::sin(fx * x * 64 / width * 8) + 60 * std::cos(fy * y * 64 / height * 8);
      out.push_back(static_cast<std::uint8_t>(std::clamp(wave + static_cast<double>(random() % 32), 0.0, 255.0)));
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
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{{5, 5}, {5, 512}, {16, 16}, {63, 64}, {64, 64}, {65, 64},
                                                             {127, 129}, {128, 128}, {200, 7}, {256, 384}, {511, 512},
                                                             {512, 512}, {513, 20}, {20, 1030}, {700, 600}}) {
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
  for (const auto& [w, h] : std::vector<std::pair<int, int>>{{4, 4}, {4, 100}, {100, 4}, {0, 0}, {0, 600}}) {
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
  CHECK(pdq::hash({padded.data(), w, h, static_cast<std::size_t>(w + 13)}).hash == pdq::hash(plane_of(grey, w, h)).hash);
}

TEST_CASE("a plane of floats that are whole numbers hashes as the plane of bytes") {
  const int w = 123, h = 321;
  const auto grey = picture(w, h, 9);
  const std::vector<float> floats(grey.begin(), grey.end());
  const auto of_floats = pdq::hash(pdq::FloatPlane{floats.data(), w, h, static_cast<std::size_t>(w)});
  CHECK(of_floats.hash == pdq::hash(plane_of(grey, w, h)).hash);
}

TEST_CASE("a plane of floats over the sampling size is a mistake of the caller") {
  const std::vector<float> floats(std::size_t{513} * 5);
  CHECK_THROWS_AS(pdq::hash(pdq::FloatPlane{floats.data(), 513, 5, 513}), base::Error);
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
