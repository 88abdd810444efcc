// What a purge would do and what it did, as text: a table for people, NDJSON for programs, the line
// of counts.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "law/instrument.h"
#include "vault/case_store.h"
#include "vault/purge.h"

namespace proviso::vault {

enum class PlanForm { ndjson, table };

// Gives each line, with its end: cases that go, cases that stay, files of the spool; each with
// reason, rule and citation. `law` may be null: then the files have neither.
void list_plan(const PurgePlan&, const law::Resolved* law, PlanForm,
               const std::function<void(std::string_view line)>&);
// One line of JSON: the number of cases by state, how many are held, the next end.
std::string status_line(const CaseStore&);
// One line of JSON for --stats. `kept`: cases that the plan left beyond the policy's period.
std::string figures_line(const PurgeCounts&, std::size_t kept);
// "would purge 1 cases, ..." and "purged 1 cases, ...".
std::string summary_of(const PurgePlan&);
std::string summary_of(const PurgeCounts&, std::size_t kept);

}  // namespace proviso::vault
