// The conditions of a pair (service, technology), each by its rule. Those of a day are computed
// once a day.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "dpia/dpia.h"
#include "gate/gate.h"
#include "gate/ledger_view.h"

namespace proviso::gate {

constexpr std::size_t kMaxDpiaFindings = 5;  // named one by one; the rest is a count

class Conditions {
 public:
  // All must outlive it. `documents` has one DPIA per technology, in policy order.
  Conditions(const policy::Policy&, const law::Resolved&,
             const std::vector<dpia::Document>& documents, const LedgerView&);

  Pair judge(const policy::Service&, const policy::Technology&, base::Instant);

 private:
  struct OfDay {  // of one technology
    std::vector<law::Refusal> missing;
    std::vector<std::string> notes;
  };
  void begin_day(base::Date);
  void check_attestations(base::Date);
  OfDay check_technology(const policy::Technology&, const dpia::Document&, base::Date) const;
  void check_service(Pair&, base::Instant) const;
  void check_oversight(Pair&, base::Instant) const;
  void check_error_rate(Pair&, base::Instant) const;
  bool any_text(bool law::Instrument::*wanted) const;

  const policy::Policy* policy_;
  const law::Resolved* law_;
  const std::vector<dpia::Document>* documents_;
  const LedgerView* ledger_;
  std::vector<crypto::Certificate> reviewers_;
  std::optional<base::Date> day_;
  std::vector<OfDay> of_day_;              // by technology
  std::vector<law::Refusal> of_provider_;  // attested rules, GDPR ground
};

}  // namespace proviso::gate
