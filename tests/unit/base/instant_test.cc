#include "base/instant.h"

#include <doctest/doctest.h>

using namespace proviso::base;

TEST_CASE("an instant is read from RFC 3339 and written in UTC") {
  CHECK(to_string(*parse_instant("2026-11-24T10:00:00Z")) == "2026-11-24T10:00:00Z");
  CHECK(to_string(*parse_instant("2026-11-24T10:00:00.987+02:00")) == "2026-11-24T08:00:00Z");
  CHECK(to_string(*parse_instant("1969-12-31T23:59:59Z")) == "1969-12-31T23:59:59Z");
  CHECK(parse_instant("1970-01-01T00:00:00Z")->seconds == 0);
}

TEST_CASE("what is no instant is refused") {
  for (const char* text :
       {"", "2026-11-24", "2026-02-30T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T10:00:60Z",
        "2026-11-24T10:00:00", "2026-11-24T10:00:00.Z", "2026-11-24T10:00:00+2:00",
        "2026-11-24T10:00:00Zx", "2025-02-29T00:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_instant(text));
  }
}

TEST_CASE("months are added with the day clamped to the month's end") {
  const auto plus = [](const char* from, const char* period) {
    return to_string(add(*parse_instant(from), *parse_period(period)));
  };
  CHECK(plus("2027-01-31T10:00:00Z", "P1M") == "2027-02-28T10:00:00Z");
  CHECK(plus("2028-01-31T10:00:00Z", "P1M") == "2028-02-29T10:00:00Z");
  CHECK(plus("2026-11-30T00:00:00Z", "P3M") == "2027-02-28T00:00:00Z");
  CHECK(plus("2028-02-29T23:59:59Z", "P12M") == "2029-02-28T23:59:59Z");
  CHECK(plus("2026-12-31T23:59:59Z", "PT1S") == "2027-01-01T00:00:00Z");
  CHECK(plus("2026-11-24T10:00:00Z", "P14D") == "2026-12-08T10:00:00Z");
}

TEST_CASE("periods are those of ISO 8601") {
  for (const char* text : {"P12M", "P14D", "PT1H", "P1Y2M10DT2H30M", "PT0S", "PT90S"})
    CHECK(parse_period(text));
  CHECK(*parse_period("P2W") == Period{0, 0, 14, 0});
  CHECK(to_string(*parse_period("PT90S")) == "PT1M30S");
  for (const char* text :
       {"", "P", "PT", "12M", "P1D1Y", "-P1D", "P1.5D", "P99999999999D", "P1H"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_period(text));
  }
}

TEST_CASE("days are counted across leap years") {
  CHECK(days_between({2026, 4, 4}, {2026, 7, 31}) == 118);
  CHECK(next_day({2028, 2, 28}) == Date{2028, 2, 29});
  CHECK(date_of(start_of({2026, 12, 31})) == Date{2026, 12, 31});
}
