// What the ledger says of one year and, if asked, one service: counts by key, and the cases'
// entries joined.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/instant.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"

namespace proviso::report {

struct Sum {
  std::uint64_t n = 0, bytes = 0;
};

// A case by its entries. Purged cases stay: the ledger outlives the data.
struct CaseFacts {
  std::string technology, list, kind, service, region;
  std::optional<base::MaterialClass> material_class;
  std::optional<base::Instant> stored;
  std::optional<ledger::Verdict> verdict;  // of the newest case.decided
  std::optional<base::Instant> reported;
  std::string organisation;
  std::optional<base::MaterialClass> reported_class;
};

struct RunBalance {
  std::uint64_t in = 0, accounted = 0;  // items let in; of these, items with an outcome
};

struct Tally {
  int year = 0;
  std::string service;                                             // empty: all
  std::map<std::pair<std::string, ledger::CountKey>, Sum> counts;  // by tool and key
  std::map<std::string, CaseFacts> cases;                          // of all years, by case id
  std::map<std::string, RunBalance> runs;
  std::uint64_t unclean_entries = 0;  // counts of writers that died
  std::uint64_t unclean_bound = 0;    // by so many items they may be high: one group for each
  std::set<std::string> services;
  std::uint64_t list_checks = 0;  // checks of the hash lists in the year
  std::optional<base::Instant> last_list_check;
  ledger::IndexChecked last_list_counts;  // of the last of them

  bool in_year(base::Instant) const;
  std::uint64_t unaccounted() const;  // items let in without an outcome, over all runs
  std::uint64_t surplus() const;  // outcomes beyond what was let in: lines that went through twice
};

// A counts entry belongs to the year of its UTC hour, a case entry to that of its time.
Tally tally(const ledger::Ledger&, int year, std::string_view service);

}  // namespace proviso::report
