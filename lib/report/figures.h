// The yearly report: every figure counted from the ledger, with its query beside it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "json/json.h"
#include "law/instrument.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "report/form.h"
#include "report/tally.h"

namespace proviso::report {

// One answered row. `value` is a number, a text, or "n/a" with the reason in `note`.
struct Figure {
  FormRow row;
  json::Json value;
  std::string unit;    // "%", "bytes", or empty
  std::string source;  // ledger | policy | none
  std::string query;   // what was counted, in words that can be checked with audit query
  std::string note;
  std::vector<std::pair<std::string, json::Json>> by_technology;
  bool answered() const { return value != json::Json("n/a"); }
};

struct AnnualReport {
  Form form;
  int year = 0;
  std::string service;  // empty: all services
  bool rehearsal = false, draft = false;
  policy::Provider provider;
  std::string instrument;
  std::vector<law::Window> periods;  // days of the year on which the instrument is law
  ledger::Checkpoint checkpoint;     // what was counted
  std::vector<std::string> notes;    // bounds and cross-checks
  std::vector<Figure> figures;
};

// Error(usage) when the policy has no such service.
AnnualReport make_annual(const Form&, const ledger::Ledger&, const policy::Policy&,
                         const law::Resolved&, int year, const std::string& service);

}  // namespace proviso::report
