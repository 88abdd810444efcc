#include "report/tally.h"

#include "ledger/counts.h"

namespace proviso::report {

namespace {

void take_counts(Tally& tally, const std::string& tool, const std::string& run_id,
                 const ledger::CountsOfRun& counts) {
  if (!tally.in_year(counts.hour)) return;
  if (counts.unclean) {
    ++tally.unclean_entries;
    tally.unclean_bound += ledger::group_items(tool);
  }
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

namespace {

void take_stored(Tally& tally, const ledger::CaseStored& stored, base::Instant time) {
  CaseFacts& facts = tally.cases[stored.id.value];
  facts.technology = stored.technology;
  facts.list = stored.list;
  facts.material_class = stored.material_class;
  facts.kind = stored.kind;
  facts.service = stored.service;
  facts.region = stored.region;
  facts.stored = time;
}

void take(Tally& tally, const ledger::StoredEntry& entry, const ledger::Corrections& corrections) {
  const base::Instant time = corrections.time_of(entry.index, entry.time);
  if (auto counts = ledger::read<ledger::CountsOfRun>(entry)) {
    counts->hour = corrections.time_of(entry.index, counts->hour);
    take_counts(tally, entry.tool, entry.run, *counts);
  } else if (const auto checked = ledger::read<ledger::IndexChecked>(entry)) {
    if (!tally.in_year(time)) return;
    ++tally.list_checks;
    tally.last_list_check = time;
    tally.last_list_counts = *checked;
  } else if (const auto stored = ledger::read<ledger::CaseStored>(entry)) {
    take_stored(tally, *stored, time);
  } else if (const auto decided = ledger::read<ledger::CaseDecided>(entry)) {
    tally.cases[decided->id.value].verdict = decided->verdict;
  } else if (const auto reported = ledger::read<ledger::CaseReported>(entry)) {
    CaseFacts& facts = tally.cases[reported->id.value];
    facts.reported = time;
    facts.organisation = reported->organisation;
    facts.reported_class = reported->material_class;
  }
}

}  // namespace

Tally tally(const ledger::Ledger& ledger, int year, std::string_view service) {
  Tally tally;
  tally.year = year;
  tally.service = service;
  const ledger::Corrections corrections = ledger.corrections();
  ledger.read(0, [&](const ledger::StoredEntry& entry) {
    take(tally, entry, corrections);
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
