#include "law/calendar.h"

#include <algorithm>

namespace proviso::law {

std::vector<Span> calendar() {
  std::vector<Span> laws;
  for (const std::string_view id : built_in_ids()) {
    const Instrument text = load(id);
    if (text.status != Status::in_force) continue;
    for (const Window& window : text.windows) laws.push_back({window.from, window.to, text.id});
  }
  std::sort(laws.begin(), laws.end(), [](const Span& a, const Span& b) { return a.from < b.from; });

  std::vector<Span> out;
  base::Date next = kConfidentialitySince;
  for (Span& law : laws) {
    if (next < law.from) {
      // The gap's last day is the day before the law's first.
      const base::Instant before{base::start_of(law.from).seconds - 1};
      out.push_back({next, base::date_of(before), ""});
    }
    next = base::next_day(*law.to);
    out.push_back(std::move(law));
  }
  out.push_back({next, std::nullopt, ""});
  return out;
}

}  // namespace proviso::law
