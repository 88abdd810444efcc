// Instants in UTC, calendar dates and ISO 8601 periods. All calendar arithmetic of Proviso is here.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proviso::base {

// A point in time, whole seconds since 1970-01-01T00:00:00Z, years 0001 to 9999.
struct Instant {
  std::int64_t seconds = 0;
  auto operator<=>(const Instant&) const = default;
};

// A day of the proleptic Gregorian calendar.
struct Date {
  int year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
  auto operator<=>(const Date&) const = default;
};

// An ISO 8601 duration: "P12M", "P3M", "PT1H", "P1Y2M10DT2H30M", "P2W". Never negative.
struct Period {
  int years = 0, months = 0, days = 0;  // a week is seven days
  std::int64_t seconds = 0;             // hours, minutes, seconds
  bool operator==(const Period&) const = default;
};

// RFC 3339 ("2026-08-01T00:00:00Z"), any offset; a fraction is cut off. nullopt for anything else,
// such as 30 February or a leap second.
std::optional<Instant> parse_instant(std::string_view text);
// Always "YYYY-MM-DDTHH:MM:SSZ".
std::string to_string(Instant);

std::optional<Date> parse_date(std::string_view text);  // "YYYY-MM-DD", a day that exists
std::string to_string(Date);
Date date_of(Instant);   // the UTC day
Instant start_of(Date);  // 00:00:00Z
Date next_day(Date);
std::int64_t days_between(Date from, Date to);

std::optional<Period> parse_period(std::string_view text);
std::string to_string(Period);

// Adds in UTC: years and months first, the day clamped to the end of the month, then days, then
// seconds.
Instant add(Instant, Period);
Date add(Date, Period);

// The time: that of set_clock() (called before threads start, in rehearsal only), or the system's.
Instant now();
void set_clock(std::optional<Instant>);
bool clock_is_set();

}  // namespace proviso::base
