#include <doctest/doctest.h>

#include "dpia/dpia.h"

using namespace proviso;
using base::Date;

TEST_CASE("eight weeks from receipt, fourteen when extended") {
  dpia::Consultation c;
  CHECK_FALSE(c.period_ends());
  c.received = Date{2026, 8, 3};
  CHECK(c.period_ends() == Date{2026, 9, 28});
  c.extended = true;
  CHECK(c.period_ends() == Date{2026, 11, 9});
}

TEST_CASE("days of suspension are added once, however they overlap; an open one has no end") {
  dpia::Consultation c;
  c.received = Date{2026, 8, 3};
  c.suspensions = {{Date{2026, 8, 10}, Date{2026, 8, 20}}};
  CHECK(c.period_ends() == Date{2026, 10, 8});
  c.suspensions.push_back({Date{2026, 8, 15}, Date{2026, 8, 22}});
  CHECK(c.period_ends() == Date{2026, 10, 10});
  c.suspensions.push_back({Date{2026, 8, 11}, Date{2026, 8, 12}});  // inside the first
  CHECK(c.period_ends() == Date{2026, 10, 10});
  c.suspensions.push_back({Date{2026, 9, 1}, std::nullopt});
  CHECK_FALSE(c.period_ends());
}

TEST_CASE("a suspension after the end suspends nothing") {
  dpia::Consultation c;
  c.received = Date{2026, 8, 3};
  c.suspensions = {{Date{2026, 9, 29}, std::nullopt}};
  CHECK(c.period_ends() == Date{2026, 9, 28});
}
