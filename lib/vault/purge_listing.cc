#include "vault/purge_listing.h"

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "base/words.h"
#include "json/json.h"

namespace proviso::vault {

namespace {

constexpr std::array<base::Word<Circumstance>, 3> kCircumstances{
    {{Circumstance::resumed, "resumed"},
     {Circumstance::complaint, "complaint"},
     {Circumstance::escalated, "escalated"}}};

// The column `reason`: the circumstance where there is one.
std::string_view why_of(const PlannedCase& planned) {
  return planned.circumstance == Circumstance::none
             ? to_string(planned.reason)
             : base::word_of(kCircumstances, planned.circumstance);
}

std::string row(std::string_view what, std::string_view name, std::string_view state,
                std::string_view due, std::string_view reason, std::string_view rule,
                std::string_view citation) {
  return fmt::format("{:<6} {:<34} {:<16} {:<21} {:<10} {:<6} {}\n", what, name, state, due, reason,
                     rule, citation);
}

std::string line_of(const json::Json& object) { return json::canonical(object) + "\n"; }

std::string case_line(const PlannedCase& planned, std::string_view what, PlanForm form) {
  if (form == PlanForm::table) {
    return row(what, planned.id.value, to_string(planned.state), base::to_string(planned.due),
               why_of(planned), planned.rule, planned.citation);
  }
  return line_of({{std::string(what), "case"},
                  {"case", planned.id.value},
                  {"state", std::string(to_string(planned.state))},
                  {"due", base::to_string(planned.due)},
                  {"reason", std::string(why_of(planned))},
                  {"rule", planned.rule},
                  {"citation", planned.citation},
                  {"at_ceiling", planned.at_ceiling}});
}

std::string file_line(const spool::Leftover& leftover, const law::Refusal& rule, PlanForm form) {
  if (form == PlanForm::table) {
    return row("purge", leftover.file.path, "spool", base::to_string(leftover.modified),
               "unscanned", rule.rule, rule.citation);
  }
  return line_of({{"purge", "spool"},
                  {"path", leftover.file.path},
                  {"bytes", leftover.bytes},
                  {"modified", base::to_string(leftover.modified)},
                  {"reason", "unscanned"},
                  {"rule", rule.rule},
                  {"citation", rule.citation}});
}

std::string counts_line(std::string_view verb, std::size_t cases, std::size_t spool,
                        std::uint64_t blobs, std::uint64_t rows, std::size_t kept) {
  return fmt::format(
      "{} {} cases, {} spool files, {} orphan blobs, {} abandoned rows; {} kept past the policy's "
      "period",
      verb, cases, spool, blobs, rows, kept);
}

}  // namespace

void list_plan(const PurgePlan& plan, const law::Resolved* law, PlanForm form,
               const std::function<void(std::string_view line)>& line) {
  if (form == PlanForm::table)
    line(row("DO", "CASE OR FILE", "STATE", "DUE", "REASON", "RULE", "CITATION"));
  for (const PlannedCase& planned : plan.cases) line(case_line(planned, "purge", form));
  for (const PlannedCase& planned : plan.kept) line(case_line(planned, "keep", form));
  const law::Refusal rule = law != nullptr && !plan.spool.empty()
                                ? law->refusal("ST-01", "nothing is kept unscanned")
                                : law::Refusal{};
  for (const spool::Leftover& file : plan.spool) line(file_line(file, rule, form));
}

std::string status_line(const CaseStore& store) {
  json::Json states = json::Json::object();
  std::uint64_t held = 0;
  const std::vector<CaseRow> rows = store.list();
  for (const CaseRow& each : rows) {
    const std::string state(to_string(each.state));
    states[state] = states.value(state, 0) + 1;
    if (each.held) ++held;
  }
  json::Json line = {{"cases", rows.size()}, {"states", states}, {"held", held}};
  if (!rows.empty()) line["next_due"] = base::to_string(rows.front().expires_at);
  return line_of(line);
}

std::string figures_line(const PurgeCounts& counts, std::size_t kept) {
  return line_of({{"cases", counts.cases},
                  {"spool_files", counts.spool_files},
                  {"orphan_blobs", counts.orphan_blobs},
                  {"pending_rows", counts.pending_rows},
                  {"kept", kept}});
}

std::string summary_of(const PurgePlan& plan) {
  return counts_line("would purge", plan.cases.size(), plan.spool.size(), plan.orphan_blobs,
                     plan.pending_rows, plan.kept.size());
}

std::string summary_of(const PurgeCounts& counts, std::size_t kept) {
  return counts_line("purged", counts.cases, counts.spool_files, counts.orphan_blobs,
                     counts.pending_rows, kept);
}

}  // namespace proviso::vault
