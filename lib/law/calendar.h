// The calendar of the derogation: the days on which each text was law, and the gaps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "law/instrument.h"

namespace proviso::law {

// The first day on which Directive 2002/58/EC applies to number-independent services (Directive
// (EU) 2018/1972 Art. 124).
inline constexpr base::Date kConfidentialitySince{2020, 12, 21};

struct Span {
  base::Date from;
  std::optional<base::Date> to;  // inclusive; absent: open
  std::string instrument;        // empty: no derogation; processing is not allowed
};

// Spans from kConfidentialitySince on, without holes: the windows of the built-in texts that were
// adopted, and the gaps.
std::vector<Span> calendar();

}  // namespace proviso::law
