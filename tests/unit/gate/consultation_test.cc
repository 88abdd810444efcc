#include <doctest/doctest.h>

#include "gate/consultation.h"
#include "workplace.h"

using namespace proviso;
using base::Date;

namespace {

struct Case {
  dpia::Consultation consultation;
  policy::Technology technology;
  Case() {
    consultation.sent = Date{2026, 8, 3};
    consultation.received = Date{2026, 8, 3};
    technology.first_used_by_any = Date{2015, 1, 1};
  }
};

}  // namespace

TEST_CASE("DP-02: without advice, processing begins after the period and not a day before") {
  Case c;
  const auto ends = c.consultation.period_ends();
  REQUIRE(ends);
  CHECK(*ends == Date{2026, 9, 28});  // eight weeks
  CHECK(gate::consultation_flaw(c.consultation, c.technology, *ends));
  CHECK_FALSE(gate::consultation_flaw(c.consultation, c.technology, base::next_day(*ends)));
  c.consultation.extended = true;
  CHECK(gate::consultation_flaw(c.consultation, c.technology, base::next_day(*ends)));
}

TEST_CASE("DP-02: never sent, sent after first use, or suspended, is no consultation") {
  Case c;
  const Date today{2026, 11, 24};
  CHECK_FALSE(gate::consultation_flaw(c.consultation, c.technology, today));
  c.technology.first_used = Date{2026, 8, 3};
  CHECK(gate::consultation_flaw(c.consultation, c.technology, today));
  c.technology.first_used = Date{2026, 10, 1};
  CHECK_FALSE(gate::consultation_flaw(c.consultation, c.technology, today));
  c.consultation.suspensions.push_back({Date{2026, 8, 10}, std::nullopt});
  CHECK(gate::consultation_flaw(c.consultation, c.technology, today));
  c.consultation.suspensions.clear();
  c.consultation.sent.reset();
  CHECK(gate::consultation_flaw(c.consultation, c.technology, today));
}

TEST_CASE("DP-02: advice must be answered, whatever the period") {
  Case c;
  const Date today{2026, 11, 24};
  c.consultation.advice = Date{2026, 9, 1};
  CHECK(gate::consultation_flaw(c.consultation, c.technology, today));
  c.consultation.advice_answered = Date{2026, 11, 25};
  CHECK(gate::consultation_flaw(c.consultation, c.technology, today));
  c.consultation.advice_answered = Date{2026, 11, 24};
  CHECK_FALSE(gate::consultation_flaw(c.consultation, c.technology, today));
}

TEST_CASE("DP-04: new technology reports back on written advice, on or after its day") {
  Case c;
  const Date today{2026, 11, 24};
  const law::Instrument text = law::load("reg-2026-1881");
  c.consultation.advice = Date{2026, 9, 1};
  CHECK_FALSE(gate::report_back_flaw(c.consultation, c.technology, text, today));
  c.technology.first_used_by_any = Date{2021, 8, 1};
  CHECK_FALSE(gate::report_back_flaw(c.consultation, c.technology, text, today));
  c.technology.first_used_by_any = Date{2021, 8, 2};
  CHECK(gate::report_back_flaw(c.consultation, c.technology, text, today));
  c.technology.first_used_by_any.reset();
  CHECK(gate::report_back_flaw(c.consultation, c.technology, text, today));
  c.consultation.report_back = Date{2026, 8, 31};
  CHECK(gate::report_back_flaw(c.consultation, c.technology, text, today));
  c.consultation.report_back = Date{2026, 9, 1};
  CHECK_FALSE(gate::report_back_flaw(c.consultation, c.technology, text, today));
  c.consultation.advice.reset();
  c.consultation.report_back.reset();
  CHECK_FALSE(gate::report_back_flaw(c.consultation, c.technology, text,
                                     today));  // no advice, nothing to report
  c.technology.first_used_by_any = Date{2015, 1, 1};
  c.technology.purpose = policy::Purpose::solicitation;
  c.consultation.advice = Date{2026, 9, 1};
  CHECK(gate::report_back_flaw(c.consultation, c.technology, text, today));
  CHECK_FALSE(gate::report_back_flaw(c.consultation, c.technology, law::load("libe-2020"), today));
}
