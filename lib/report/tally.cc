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

void take_counts(Tally& tally, const ledger::StoredEntry& entry) {
  const auto hour = base::parse_instant(text_of(entry.data, "hour"));
  const auto rows = entry.data.find("counts");
  if (!tally.in_year(hour.value_or(entry.time)) || rows == entry.data.end() || !rows->is_array())
    return;
  if (entry.data.value("unclean", false)) ++tally.unclean_entries;
  for (const json::Json& row : *rows) {
    const ledger::CountKey key = ledger::count_key_of(row);
    if (!tally.service.empty() && key.service != tally.service) continue;
    if (!key.service.empty()) tally.services.insert(key.service);
    const std::uint64_t n = number_of(row, "n");
    Sum& sum = tally.counts[{entry.tool, key}];
    sum.n += n;
    sum.bytes += number_of(row, "bytes");
    RunBalance& run = tally.runs[entry.run];
    if (key.side == "in") run.in += n;
    // What scope-check itself drops was never let in.
    if (key.side == "out" || (key.side == "dropped" && entry.tool != "scope-check"))
      run.accounted += n;
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
