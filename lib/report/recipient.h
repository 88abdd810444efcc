// May this case go to this body, today? Reports every condition of the law that is not met, at
// once.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "law/instrument.h"
#include "policy/policy.h"
#include "vault/case_store.h"

namespace proviso::report {

// An authority's request (Art. 3(1)(h)(v)): its own reference and the law it rests on. Both empty:
// none.
struct AuthorityRequest {
  std::string reference, basis;
};

// The class that the case was stored as. Error(data) when it is none of the three.
base::MaterialClass class_of(const vault::CaseRow&);

// CR-02 (registered and valid that day; on the public register where the text asks for it), CR-03
// (a request rests on a law and comes from an authority), CR-04 (a ground for transfer outside the
// European Economic Area).
std::vector<law::Refusal> recipient_refusals(const policy::Policy&, const law::Resolved&,
                                             const std::string& organisation,
                                             const AuthorityRequest&, base::Date today);

// HU-02, HU-03 (human confirmation where instrument or policy asks for it), ST-02 (past its end),
// CR-02 for a state that cannot be reported. `reviewed`: a valid signed confirmation exists.
std::vector<law::Refusal> case_refusals(const policy::Policy&, const law::Resolved&,
                                        const vault::CaseRow&, bool reviewed, base::Instant now);

}  // namespace proviso::report
