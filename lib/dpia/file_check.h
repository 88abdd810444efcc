// The impact assessment that the policy names for a technology: checked as it lies there, or made
// to be filled in.
#pragma once

#include <string>

#include "base/instant.h"
#include "dpia/dpia.h"
#include "dpia/render.h"
#include "law/instrument.h"
#include "policy/policy.h"

namespace proviso::dpia {

// All findings about the file of one technology; that it is not there is one (D1). `min_days` above
// 0: also when the review falls due within so many days.
Checked check_file(const policy::Policy&, const policy::Technology&, const law::Resolved&,
                   base::Date today, int min_days);

// A form to fill in, or an example that is filled with text marked EXAMPLE; `cnil`: as the CNIL's
// PIA tool imports it. Error(usage) for an example outside mode rehearsal.
std::string make_form(const policy::Policy&, const policy::Technology&, bool example, bool cnil);

// The technology of that name. Error(usage).
const policy::Technology& technology_named(const policy::Policy&, const std::string& name);

}  // namespace proviso::dpia
