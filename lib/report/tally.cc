#include "report/tally.h"

#include "ledger/events.h"

namespace proviso::report {

namespace {

std::string text_of(const json::Json& data, const char* key) {
  const auto found = data.find(key);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const json::Json& data, const char* key) {
  const auto found = data.find(key);
  return found != data.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

void take_counts(Tally& tally, const std::string& tool, const std::string& run_id,
                 const ledger::CountsOfRun& counts) {
  if (!tally.in_year(counts.hour)) return;
  if (counts.unclean) ++tally.unclean_entries;
  for (const ledger::CountRow& row : counts.rows) {
    const ledger::CountKey& key = row.key;
    if (!tally.service.empty() && key.service != tally.service) continue;
    if (!key.service.empty()) tally.services.insert(key.service);
    Sum& sum = tally.counts[{tool, key}];
    sum.n += row.n;
    sum.bytes += row.bytes;
    RunBalance& run = tally.runs[run_id];
    if (key.side == ledger::CountSide::in) run.in += row.n;
    // What scope-check itself drops was never let in.
    if (key.side == ledger::CountSide::out ||
        (key.side == ledger::CountSide::dropped && tool != "scope-check"))
      run.accounted += row.n;
  }
}

}  // namespace

bool Tally::in_year(base::Instant at) const { return base::date_of(at).year == year; }

std::uint64_t Tally::unaccounted() const {
  std::uint64_t sum = 0;
  for (const auto& [run, balance] : runs)
    sum += balance.in > balance.accounted ? balance.in - balance.accounted : 0;
  return sum;
}

std::uint64_t Tally::surplus() const {
  std::uint64_t sum = 0;
  for (const auto& [run, balance] : runs)
    sum += balance.accounted > balance.in ? balance.accounted - balance.in : 0;
  return sum;
}

std::uint64_t Tally::unclean_bound() const { return unclean_entries * kGroupItems; }

Tally tally(const ledger::Ledger& ledger, int year, std::string_view service) {
  namespace event = ledger::event;
  Tally tally;
  tally.year = year;
  tally.service = service;
  ledger.read(0, [&](const ledger::StoredEntry& entry) {
    if (entry.event == event::kCounts) {
      take_counts(tally, entry);
      return true;
    }
    if (entry.event == event::kIndexChecked) {
      if (!tally.in_year(entry.time)) return true;
      ++tally.list_checks;
      tally.last_list_check = entry.time;
      tally.last_list_counts = entry.data;
      return true;
    }
    if (entry.event == event::kCaseStored) {
      CaseFacts& facts = tally.cases[text_of(entry.data, "case")];
      facts.technology = text_of(entry.data, "technology");
      facts.list = text_of(entry.data, "list");
      facts.material_class = text_of(entry.data, "class");
      facts.kind = text_of(entry.data, "kind");
      facts.service = text_of(entry.data, "service");
      facts.region = text_of(entry.data, "region");
      facts.stored = entry.time;
    } else if (entry.event == event::kCaseDecided) {
      tally.cases[text_of(entry.data, "case")].decision = text_of(entry.data, "decision");
    } else if (entry.event == event::kCaseReported) {
      CaseFacts& facts = tally.cases[text_of(entry.data, "case")];
      facts.reported = entry.time;
      facts.organisation = text_of(entry.data, "organisation");
      facts.reported_class = text_of(entry.data, "class");
    }
    return true;
  });
  if (!tally.service.empty()) {
    for (auto each = tally.cases.begin(); each != tally.cases.end();) {
      each = each->second.service == tally.service ? std::next(each) : tally.cases.erase(each);
    }
  }
  return tally;
}

}  // namespace proviso::report
