// The texts of a new workplace: policy.yaml, registers, the notice to users.
#pragma once

#include <string>

#include "base/instant.h"
#include "setup/workplace.h"

namespace proviso::setup {

// `confirmed` is the retention of confirmed cases, within the ceilings of the chosen texts.
std::string policy_text(const WorkplaceSettings&, base::Date today, base::Period confirmed);
std::string organisations_text(const WorkplaceSettings&, base::Date today);
std::string authorities_text();
std::string attestations_text();
std::string notice_text(const WorkplaceSettings&);

}  // namespace proviso::setup
