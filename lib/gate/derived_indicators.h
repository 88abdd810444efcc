// Records of kind text, or with indicators: derived risk factors travel, the text never does (Art.
// 3(1)(b) and (f)).
#pragma once

#include <optional>

#include "law/instrument.h"
#include "ndjson/record.h"
#include "policy/policy.h"

namespace proviso::gate {

// Refused: a content.path, a member outside schema and evidence_fields, or an indicator that could
// carry text (SC-05, TE-04).
std::optional<law::Refusal> text_refusal(const ndjson::Record&, const policy::Policy&,
                                         const law::Resolved&);

}  // namespace proviso::gate
