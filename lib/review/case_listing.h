// Cases and decisions as text: for `review list` and `review show --decisions`. No key is needed
// for a row, and no look is recorded.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/words.h"
#include "ledger/words.h"
#include "review/decision.h"
#include "review/viewing.h"
#include "vault/case_store.h"

namespace proviso::review {

// The states of listed cases: all but `pending` and `purged`, which a listing leaves out.
constexpr auto kListedStates = [] {
  std::array<base::Word<vault::State>, ledger::kCaseStates.size() - 2> listed{};
  std::size_t n = 0;
  for (const auto& row : ledger::kCaseStates) {
    if (row.value != vault::State::pending && row.value != vault::State::purged) listed[n++] = row;
  }
  return listed;
}();

// Every case of that state (empty: of all) in order of its end, as a table for people or as NDJSON.
// `line` gets each line, with its end. Gives the number of cases.
std::size_t list_cases(const vault::CaseStore&, std::string_view state, bool table,
                       const std::function<void(std::string_view line)>& line);
// What reviewers decided so far: one line of JSON each. See View::decisions() for errors.
std::string decision_lines(const View&);
// What a decision led to, in one sentence.
std::string summary_of(const Outcome&, const std::string& case_id);

}  // namespace proviso::review
