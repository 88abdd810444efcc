// The clocks of the prior consultation, Art. 36(2) GDPR.
#include <algorithm>

#include "dpia/dpia.h"

namespace proviso::dpia {

std::optional<base::Date> Consultation::period_ends() const {
  if (!received) return std::nullopt;
  const int weeks = kReviewPeriodWeeks + (extended ? kExtensionWeeks : 0);
  base::Date end = base::add(*received, base::Period{0, 0, weeks * 7, 0});
  std::vector<Suspension> in_order = suspensions;
  std::sort(in_order.begin(), in_order.end(),
            [](const Suspension& a, const Suspension& b) { return a.from < b.from; });
  base::Date counted = *received;  // suspended days before this one are counted already
  for (const Suspension& each : in_order) {
    if (end < each.from) break;  // the period had ended: it cannot be suspended
    if (!each.to) return std::nullopt;
    const base::Date from = std::max(each.from, counted);
    if (from < *each.to) {
      end = base::add(end,
                      base::Period{0, 0, static_cast<int>(base::days_between(from, *each.to)), 0});
      counted = *each.to;
    }
  }
  return end;
}

}  // namespace proviso::dpia
