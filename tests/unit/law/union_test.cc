#include "law/union.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace proviso;

TEST_CASE("the Union has 27 Member States and a name of its own") {
  CHECK(std::is_sorted(law::kMemberStates.begin(), law::kMemberStates.end()));
  CHECK(std::set<std::string_view>(law::kMemberStates.begin(), law::kMemberStates.end()).size() ==
        27);
  for (const std::string_view state : law::kMemberStates) {
    CAPTURE(state);
    CHECK(law::is_region_code(state));
    CHECK(law::is_in_union(state));
    CHECK(law::is_in_eea(state));
  }
  CHECK(law::is_in_union("EU"));
  CHECK(law::is_in_eea("EU"));
}

TEST_CASE("three more states are in the European Economic Area, and no others") {
  for (const std::string_view state : {"IS", "LI", "NO"}) {
    CHECK_FALSE(law::is_in_union(state));
    CHECK(law::is_in_eea(state));
  }
  int in_union = 0, in_eea = 0;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      const std::string code{first, second};
      in_union += law::is_in_union(code);
      in_eea += law::is_in_eea(code);
    }
  }
  CHECK(in_union == 35);
  CHECK(in_eea == 38);
}

TEST_CASE("a region is two capitals") {
  for (const std::string_view text : {"DE", "EU", "US", "EL", "ZZ"})
    CHECK(law::is_region_code(text));
  for (const std::string_view text : {"", "D", "de", "De", "DEU", "D1", "ÄÖ"})
    CHECK_FALSE(law::is_region_code(text));
}

TEST_CASE(
    "territories are regions of the Union; other spellings are not, and have the code to write") {
  for (const law::Territory& each : law::kTerritories) {
    CAPTURE(each.code);
    CHECK(law::is_region_code(each.code));
    CHECK(std::count(law::kMemberStates.begin(), law::kMemberStates.end(), each.state) == 1);
    CHECK(law::is_in_union(each.code));
    CHECK(law::is_in_eea(each.code));
    CHECK_FALSE(law::region_flaw(each.code));
  }
  for (const law::OtherSpelling& each : law::kOtherSpellings) {
    CAPTURE(each.written);
    CHECK(law::is_region_code(each.code));
    CHECK_FALSE(law::is_in_union(each.written));
    CHECK_FALSE(law::is_in_eea(each.written));
    CHECK(law::region_flaw(each.written)->find("write " + std::string(each.code)) !=
          std::string::npos);
    CHECK_FALSE(law::region_flaw(each.code));
  }
  for (const std::string_view good : {"EU", "DE", "NO", "US", "ZZ"})
    CHECK_FALSE(law::region_flaw(good));
  CHECK(law::region_flaw("de") == "'de' is not an ISO 3166 code of two capitals, or EU");
}
