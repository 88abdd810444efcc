#include "base/instant.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <ctime>
#include <limits>

namespace proviso::base {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kClockUnset = std::numeric_limits<std::int64_t>::min();
std::atomic<std::int64_t> clock_seconds{kClockUnset};

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years are counted from March,
// so that the leap day is the last of its year.
std::int64_t to_days(Date date) {
  const std::int64_t y = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t month = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

Date from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  date.year = static_cast<int>(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
  return date;
}

std::int64_t floor_days(std::int64_t seconds) {
  return seconds >= 0 ? seconds / kSecondsPerDay
                      : -((-seconds + kSecondsPerDay - 1) / kSecondsPerDay);
}

// `count` digits at `at`; nullopt if one is not a digit.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// An amount of a period: up to 9 digits, far above any period of law and far below overflow.
std::optional<int> amount(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') ++length;
  if (length == 0 || length > 9) return std::nullopt;
  const auto value = digits(text, 0, length);
  text.remove_prefix(length);
  return value;
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day || *year < 1 || *month < 1 || *month > 12 || *day < 1 ||
      *day > days_in_month(*year, *month)) {
    return std::nullopt;
  }
  return Date{*year, *month, *day};
}

std::string to_string(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::optional<Instant> parse_instant(std::string_view text) {
  if (text.size() < 20) return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!date || (text[10] != 'T' && text[10] != 't') || !hour || text[13] != ':' || !minute ||
      text[16] != ':' || !second || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  std::size_t at = 19;
  if (text[at] == '.') {
    const std::size_t from = ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == from || at == text.size()) return std::nullopt;
  }
  std::int64_t offset = 0;
  if (text[at] == 'Z' || text[at] == 'z') {
    if (at + 1 != text.size()) return std::nullopt;
  } else if (text[at] == '+' || text[at] == '-') {
    const auto hours = digits(text, at + 1, 2);
    const auto minutes = digits(text, at + 4, 2);
    if (at + 6 != text.size() || text[at + 3] != ':' || !hours || !minutes || *hours > 23 ||
        *minutes > 59)
      return std::nullopt;
    offset = (std::int64_t{*hours} * 60 + *minutes) * 60 * (text[at] == '+' ? 1 : -1);
  } else {
    return std::nullopt;
  }
  return Instant{to_days(*date) * kSecondsPerDay + std::int64_t{*hour} * 3600 +
                 std::int64_t{*minute} * 60 + *second - offset};
}

std::string to_string(Instant instant) {
  const std::int64_t days = floor_days(instant.seconds);
  const std::int64_t rest = instant.seconds - days * kSecondsPerDay;
  return fmt::format("{}T{:02}:{:02}:{:02}Z", to_string(from_days(days)), rest / 3600,
                     rest / 60 % 60, rest % 60);
}

Date date_of(Instant instant) { return from_days(floor_days(instant.seconds)); }
Instant start_of(Date date) { return {to_days(date) * kSecondsPerDay}; }
Date next_day(Date date) { return from_days(to_days(date) + 1); }
std::int64_t days_between(Date from, Date to) { return to_days(to) - to_days(from); }

std::optional<Period> parse_period(std::string_view text) {
  if (text.size() < 2 || text.front() != 'P') return std::nullopt;
  text.remove_prefix(1);
  Period period;
  const std::string_view units = "YMWD";
  std::size_t next = 0;
  while (!text.empty() && text.front() != 'T') {
    const auto value = amount(text);
    if (!value || text.empty()) return std::nullopt;
    const std::size_t unit = units.find(text.front(), next);
    if (unit == std::string_view::npos) return std::nullopt;
    text.remove_prefix(1);
    next = unit + 1;
    if (unit == 0) period.years = *value;
    if (unit == 1) period.months = *value;
    if (unit == 2) {
      if (*value > 100'000'000) return std::nullopt;
      period.days += *value * 7;
    }
    if (unit == 3) {
      if (*value > 100'000'000) return std::nullopt;
      period.days += *value;
    }
    // This bound is far above any period of law and keeps sums within four-digit years.
    if (period.years > 9999 || period.months > 119'988 || period.days > 3'652'059)
      return std::nullopt;
  }
  if (text.empty()) return period;
  text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  const std::string_view clock_units = "HMS";
  next = 0;
  while (!text.empty()) {
    const auto value = amount(text);
    if (!value || text.empty()) return std::nullopt;
    const std::size_t unit = clock_units.find(text.front(), next);
    if (unit == std::string_view::npos) return std::nullopt;
    text.remove_prefix(1);
    next = unit + 1;
    period.seconds += std::int64_t{*value} * (unit == 0 ? 3600 : unit == 1 ? 60 : 1);
  }
  return period;
}

std::string to_string(Period period) {
  std::string text = "P";
  if (period.years != 0) text += fmt::format("{}Y", period.years);
  if (period.months != 0) text += fmt::format("{}M", period.months);
  if (period.days != 0) text += fmt::format("{}D", period.days);
  if (period.seconds != 0 || text.size() == 1) {
    text += 'T';
    if (const auto hours = period.seconds / 3600; hours != 0) text += fmt::format("{}H", hours);
    if (const auto minutes = period.seconds / 60 % 60; minutes != 0)
      text += fmt::format("{}M", minutes);
    if (const auto seconds = period.seconds % 60; seconds != 0 || text.back() == 'T')
      text += fmt::format("{}S", seconds);
  }
  return text;
}

Date add(Date date, Period period) {
  const std::int64_t months = std::int64_t{date.year} * 12 + (date.month - 1) +
                              std::int64_t{period.years} * 12 + period.months;
  Date result;
  result.year = static_cast<int>(months / 12);
  result.month = static_cast<int>(months % 12) + 1;
  result.day = std::min(date.day, days_in_month(result.year, result.month));
  return from_days(to_days(result) + period.days);
}

Instant add(Instant instant, Period period) {
  const Date date = date_of(instant);
  const std::int64_t time_of_day = instant.seconds - start_of(date).seconds;
  return {start_of(add(date, period)).seconds + time_of_day + period.seconds};
}

Instant now() {
  const std::int64_t set = clock_seconds.load(std::memory_order_relaxed);
  return {set == kClockUnset ? static_cast<std::int64_t>(std::time(nullptr)) : set};
}

void set_clock(std::optional<Instant> instant) {
  clock_seconds = instant ? instant->seconds : kClockUnset;
}
bool clock_is_set() { return clock_seconds != kClockUnset; }

}  // namespace proviso::base
