#include "policy/periods.h"

namespace proviso::policy {

bool may_outlast(base::Period period, base::Period ceiling) {
  if (period == ceiling) return false;
  // Four years have every kind of month and year.
  base::Date day{2026, 1, 1};
  for (int i = 0; i < 4 * 366; ++i, day = base::next_day(day)) {
    if (base::add(base::start_of(day), ceiling) < base::add(base::start_of(day), period))
      return true;
  }
  return false;
}

}  // namespace proviso::policy
