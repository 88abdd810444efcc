#include "ledger/doubles.h"

#include <doctest/doctest.h>

#include <string>

using namespace proviso::ledger;

TEST_CASE("texts that were added twice are found, in memory and beyond it") {
  for (const std::size_t room : {std::size_t{1'000'000}, std::size_t{5'000}, std::size_t{7}}) {
    CAPTURE(room);
    Doubles doubles(std::filesystem::temp_directory_path(), room);
    const std::uint64_t count = room == 7 ? 100 : 20'000;
    for (std::uint64_t i = 0; i < count; ++i) doubles.add(std::to_string(i), i);
    doubles.add("17", count);
    doubles.add("99", count + 1);
    doubles.add("17", count + 2);
    CHECK(doubles.suspects() == std::vector<std::uint64_t>{17, 99, count, count + 1, count + 2});
  }
  Doubles none(std::filesystem::temp_directory_path(), 4);
  for (const char* text : {"a", "b", "c", "d"}) none.add(text, 0);
  CHECK(none.suspects().empty());
  CHECK(Doubles(std::filesystem::temp_directory_path()).suspects().empty());
}
