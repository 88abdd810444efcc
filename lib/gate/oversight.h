// Signed statements of people with the oversight role: a technology was reviewed, is halted, is
// resumed.
//
// A statement is RFC 8785 JSON, signed with the person's own key (their certificate is in the
// policy), and put into the ledger with the person's number instead of their name. An entry whose
// signature does not verify opens nothing; a halt closes whether or not it verifies, as closing can
// do no harm to a user.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "crypto/keys.h"
#include "ledger/facts.h"
#include "policy/policy.h"

namespace proviso::gate {

constexpr std::size_t kMaxReasonBytes = 500;

struct OversightStatement {
  ledger::OversightAct act = ledger::OversightAct::oversee;
  std::string technology, version;
  std::string person;  // id, in the signed text; the ledger has the number
  base::Instant at;
  std::string reason;  // may be empty but for a halt; goes into the ledger: no personal data
  bool rehearsal = false;
};

// The text that is signed: RFC 8785 of {action, at, mode, person, reason, technology, version}.
std::string statement_text(const OversightStatement&);

// What goes into the ledger, signed. Error(usage) when the technology or person is unknown, the
// person has no oversight role, the key is not that of the person's certificate, or a halt has no
// reason; Error(no_permission) when the certificate is not valid.
ledger::Overseen sign(const OversightStatement&, const policy::Policy&, const crypto::PrivateKey&);

// The statement of an entry's fact, if its signature verifies under the certificate of the person
// of that number, who has the oversight role; else nullopt.
std::optional<OversightStatement> verified_statement(const ledger::Overseen&,
                                                     const policy::Policy&);

}  // namespace proviso::gate
