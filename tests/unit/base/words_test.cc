#include "base/words.h"

#include <doctest/doctest.h>

using namespace proviso;

namespace {

enum class Colour { red, green, blue };

struct Paint {
  Colour value;
  std::string_view word;
  int price;
};

constexpr std::array<Paint, 2> kPaints{{{Colour::red, "red", 3}, {Colour::green, "dark-green", 4}}};

}  // namespace

TEST_CASE("a table gives the word of a value, and the value of a word, and nothing else") {
  CHECK(base::word_of(kPaints, Colour::green) == "dark-green");
  CHECK(base::word_of(kPaints, Colour::blue) == "?");
  CHECK(base::value_of(kPaints, "red") == Colour::red);
  for (const std::string_view word : {"", "r", "Red", "red ", "green"})
    CHECK_FALSE(base::value_of(kPaints, word).has_value());
  CHECK(base::words_of(kPaints) == "red, dark-green");
  CHECK(base::words_of(std::array<base::Word<int>, 0>{}).empty());
}
