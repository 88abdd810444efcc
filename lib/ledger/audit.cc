#include "ledger/audit.h"

#include <cstdint>
#include <set>

#include "json/json.h"
#include "ledger/entry_json.h"
#include "ledger/events.h"

namespace proviso::ledger {
bool Query::matches(const StoredEntry& entry, const Corrections& corrections) const {
  const auto is = [](const std::string& wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
  };
  if (!is(event, entry.event) || !is(run, entry.run) || !is(tool, entry.tool)) return false;
  if (!case_id.empty()) {
    const json::Json members = members_of(entry);
    const auto found = members.find("case");
    if (found == members.end() || !found->is_string() || found->get<std::string>() != case_id)
      return false;
  }
  const base::Instant time = corrections.time_of(entry.index, entry.time);
  return (!from || time >= *from) && (!to || time < *to);
}

std::int64_t Balance::unaccounted() const {
  const std::uint64_t out = erased + stored + replayed + content_gone + errors + dropped_later;
  return static_cast<std::int64_t>(in) - static_cast<std::int64_t>(out);
}

namespace {

std::uint64_t Balance::*came_out(CountOutcome outcome) {
  switch (outcome) {
    case CountOutcome::erased:
      return &Balance::erased;
    case CountOutcome::stored:
      return &Balance::stored;
    case CountOutcome::replayed:
      return &Balance::replayed;
    case CountOutcome::content_gone:
      return &Balance::content_gone;
    default:
      return &Balance::errors;
  }
}

}  // namespace

Balance balance(const Ledger& ledger, const std::string& run) {
  const RunTotals totals = run_totals(ledger, run);
  Balance result;
  result.run = run;
  result.open = totals.open;
  result.unclean = totals.unclean;
  for (const auto& [key, n] : totals.counts) {
    if (key.side == CountSide::in) {
      result.in += n;
    } else if (key.side == CountSide::dropped) {
      // What scope-check drops is refused or not a record; what retain drops has another kind than
      // was declared.
      const bool at_scope =
          key.outcome == CountOutcome::refused || key.outcome == CountOutcome::error;
      (at_scope ? result.dropped_at_scope : result.dropped_later) += n;
    } else {
      (result.*came_out(key.outcome)) += n;
    }
  }
  return result;
}

std::vector<std::string> runs(const Ledger& ledger) {
  std::vector<std::string> found;
  std::set<std::string> seen;
  ledger.read(0, [&](const StoredEntry& entry) {
    if (entry.event == event::kGateInputs && seen.insert(entry.run).second)
      found.push_back(entry.run);
    return true;
  });
  return found;
}

std::string to_text(const StoredEntry& entry) { return members_of(entry).dump(); }

std::string to_text(const Balance& balance) {
  json::OrderedJson out{{"run", balance.run},
                        {"in", balance.in},
                        {"erased", balance.erased},
                        {"stored", balance.stored},
                        {"errors", balance.errors},
                        {"dropped", balance.dropped_later},
                        {"content_gone", balance.content_gone},
                        {"replayed", balance.replayed},
                        {"unaccounted", balance.unaccounted()},
                        {"dropped_at_scope", balance.dropped_at_scope}};
  if (balance.open) out["open"] = true;
  if (balance.unclean) out["unclean"] = true;
  return out.dump();
}

}  // namespace proviso::ledger
