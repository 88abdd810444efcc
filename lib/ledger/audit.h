// The auditor's questions of what the entries say: does a run balance? who looked at a case?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/counts.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

// Which entries a query wants; empty members match all.
struct Query {
  std::string event, run, case_id, tool;
  std::optional<base::Instant> from, to;  // inclusive, exclusive
  bool matches(const StoredEntry&, const Corrections&) const;
};

// One run's double entry: what scope-check let in against what retain counted.
struct Balance {
  std::string run;
  std::uint64_t in = 0;                // let in by scope-check
  std::uint64_t dropped_at_scope = 0;  // refused or no proper record: never in the stream
  std::uint64_t erased = 0, stored = 0, replayed = 0, content_gone = 0, errors = 0,
                dropped_later = 0;
  bool open = false, unclean = false;
  // in - everything that came out: negative when more came out than went in.
  std::int64_t unaccounted() const;
};

Balance balance(const Ledger&, const std::string& run);
std::vector<std::string> runs(const Ledger&);

// One line of JSON without a newline: an entry with its members sorted by name, or a balance.
std::string to_text(const StoredEntry&);
std::string to_text(const Balance&);

}  // namespace proviso::ledger
