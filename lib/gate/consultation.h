// The consultation of the supervisory authority as a condition: DP-02 and DP-04.
#pragma once

#include <optional>
#include <string>

#include "dpia/dpia.h"
#include "law/instrument.h"
#include "policy/policy.h"

namespace proviso::gate {

// DP-02, GDPR Art. 36: sent before first use, then its advice answered, or its period over without
// advice. What is wrong.
std::optional<std::string> consultation_flaw(const dpia::Consultation&, const policy::Technology&,
                                             base::Date today);

// DP-04, Art. 3(1)(d): new technology, and any that looks for solicitation, reports back on written
// advice. What is wrong.
std::optional<std::string> report_back_flaw(const dpia::Consultation&, const policy::Technology&,
                                            const law::Instrument&, base::Date today);

}  // namespace proviso::gate
