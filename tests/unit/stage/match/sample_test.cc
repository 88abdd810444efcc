#include "stage/match/sample.h"

#include <doctest/doctest.h>

#include "stage/match/hit_window.h"

using namespace proviso;
using stage::HitWindow;
using stage::Sample;

TEST_CASE(
    "a sample is about its rate, the same every time, another for another seed, and inside every "
    "larger one") {
  const Sample tenth(0.1, "seed", {}), half(0.5, "seed", {}), other(0.1, "another", {});
  int in_tenth = 0, in_half = 0, in_both = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = "item-" + std::to_string(i);
    CHECK(tenth.includes(id) == Sample(0.1, "seed", {}).includes(id));
    if (tenth.includes(id)) CHECK(half.includes(id));
    in_tenth += tenth.includes(id) ? 1 : 0;
    in_half += half.includes(id) ? 1 : 0;
    in_both += tenth.includes(id) && other.includes(id) ? 1 : 0;
  }
  CHECK(in_tenth > 900);
  CHECK(in_tenth < 1'100);
  CHECK(in_half > 4'800);
  CHECK(in_half < 5'200);
  CHECK(in_both < 200);
}

TEST_CASE("a rate of 0 chooses nothing and 1 everything; seed and id are told apart") {
  CHECK_FALSE(Sample(0, "s", {}).includes("a"));
  CHECK(Sample(1, "s", {}).includes("a"));
  int differ = 0;
  for (int i = 0; i < 64; ++i) {
    const std::string n = std::to_string(i);
    differ +=
        Sample(0.5, "s" + n, {}).includes("x") != Sample(0.5, "s", {}).includes(n + "x") ? 1 : 0;
  }
  CHECK(differ > 0);
}

TEST_CASE("an item outside the sample is looked up in the other lists alone") {
  CHECK(Sample(0.1, "s", {"b"}).without_sampled({"a", "b", "c"}) ==
        std::vector<std::string>{"a", "c"});
  CHECK(Sample(0.1, "s", {}).without_sampled({"a", "b"}).empty());
}

TEST_CASE("the window rolls: old hits are forgotten, new ones are not hidden by old records") {
  HitWindow window(1'000);
  window.add(1'000, 600);
  CHECK(window.passes(0.5));
  for (int i = 0; i < 200; ++i) window.add(10, 0);
  CHECK(window.with_hits() == 0);
  CHECK(window.seen() >= 1'000);
  CHECK(window.seen() < 1'020);
  CHECK_FALSE(window.passes(0.5));
  for (int i = 0; i < 600; ++i) window.add(1, 1);
  CHECK(window.passes(0.5));
}

TEST_CASE("a share means nothing before a hundred records, or the window where that is smaller") {
  HitWindow large(10'000);
  large.add(99, 99);
  CHECK_FALSE(large.passes(0.5));
  large.add(1, 0);
  CHECK(large.passes(0.5));
  HitWindow small(10);
  small.add(9, 9);
  CHECK_FALSE(small.passes(0.5));
  small.add(1, 1);
  CHECK(small.passes(0.5));
  CHECK_FALSE(small.passes(1.0));
}
