#include "review/case_listing.h"

#include <fmt/core.h>

#include <string_view>

#include "base/instant.h"
#include "json/json.h"

namespace proviso::review {

namespace {

std::string columns(std::string_view id, std::string_view state, std::string_view material_class,
                    std::string_view technology, std::string_view kind, std::string_view expires,
                    std::string_view rule) {
  return fmt::format("{:<32}  {:<16}  {:<12}  {:<16}  {:<6}  {:<20}  {}\n", id, state,
                     material_class, technology, kind, expires, rule);
}

std::string table_row(const vault::CaseRow& row) {
  return columns(row.id.value, vault::to_string(row.state), row.material_class, row.technology,
                 row.kind, base::to_string(row.expires_at), vault::to_string(row.expiry_rule));
}

}  // namespace

std::size_t list_cases(const vault::CaseStore& store, std::string_view state, bool table,
                       const std::function<void(std::string_view line)>& line) {
  if (table) line(columns("CASE", "STATE", "CLASS", "TECHNOLOGY", "KIND", "EXPIRES", "RULE"));
  const auto rows = store.list([&](const vault::CaseRow& row) {
    return state.empty() || state == vault::to_string(row.state);
  });
  for (const vault::CaseRow& row : rows) line(table ? table_row(row) : listing(row).dump() + "\n");
  return rows.size();
}

std::string decision_lines(const View& view) {
  std::string lines;
  for (const ReadDecision& read : view.decisions()) {
    lines += json::canonical({{"case", view.row().id.value},
                              {"decision", ledger::to_string(read.decision.verdict)},
                              {"reviewer", read.decision.reviewer},
                              {"at", base::to_string(read.decision.at)},
                              {"reason", read.reason}}) +
             "\n";
  }
  return lines;
}

std::string summary_of(const Outcome& outcome, const std::string& case_id) {
  if (outcome.waits_for_second) {
    return fmt::format(
        "case {}: {}, it stays suspected until two reviewers agree (review.four_eyes), at most to "
        "{}",
        case_id,
        outcome.disagreement ? "the reviewers disagree" : "one more reviewer must say the same",
        base::to_string(*outcome.expires_at));
  }
  if (outcome.state == vault::State::purged)
    return fmt::format("case {}: rejected and purged", case_id);
  return fmt::format("case {}: {}, ends on {}", case_id, vault::to_string(outcome.state),
                     base::to_string(*outcome.expires_at));
}

}  // namespace proviso::review
