// The calendar of the derogation: from which day to which a text was law, and when there was none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "law/instrument.h"

namespace proviso::law {

// Since then number-independent services fall under Directive 2002/58/EC (Directive (EU) 2018/1972
// Art. 124).
inline constexpr base::Date kConfidentialitySince{2020, 12, 21};

struct Span {
  base::Date from;
  std::optional<base::Date> to;  // inclusive; absent: open end
  std::string instrument;        // empty: no derogation existed, nothing may be processed
};

// Spans from kConfidentialitySince on, without holes: the windows of the built-in texts that were
// adopted, and the gaps.
std::vector<Span> calendar();
// The adopted built-in text that was law on that day, or nullopt.
std::optional<std::string> in_force_on(base::Date);

}  // namespace proviso::law
