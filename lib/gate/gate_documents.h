// The documents that a run goes by: what an auditor needs to see by what the gate decided.
#pragma once

#include <string>
#include <vector>

#include "dpia/dpia.h"
#include "gate/protected_accounts.h"
#include "law/instrument.h"
#include "ledger/words.h"
#include "policy/policy.h"

namespace proviso::gate {

struct InputDocument {
  ledger::DocumentKind kind = ledger::DocumentKind::policy;
  std::string name;  // of the instrument, technology or service; empty for the policy
  std::string bytes;
};

// The policy without its people (policy/show.h, as RFC 8785), the instruments and impact
// assessments as they were read and digested, and the notices as they are now. `assessments` has
// one DPIA per technology, in policy order; a technology without one has no document.
// Error(no_input, io) for a notice or a certificate that cannot be read.
std::vector<InputDocument> input_documents(const policy::Policy&, const law::Resolved&,
                                           const std::vector<dpia::Document>& assessments,
                                           const ProtectedAccounts&);

}  // namespace proviso::gate
