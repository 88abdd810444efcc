// Double-entry counts: scope-check counts what it lets in and what it drops, retain counts
// outcomes.
//
// Counts of a run are made durable in <ledger>/open/ (fixed size, two checksummed slots per writer
// and run, fsync) before the lines they count are written on, and become one `counts` entry per run
// and UTC hour, so that the log shows no single communication.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/facts.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

// A random run id: scope-check makes one at its start and at each UTC midnight.
std::string new_run();

// The most items that one commit() of this tool counts: by so many the figures of a writer that
// died may be high. scope-check commits while it decides, and a slow disk makes large groups.
constexpr std::uint64_t group_items(std::string_view tool) {
  return tool == "scope-check" ? 16'384 : 1'024;
}

// One thread at a time; another one may use the ledger meanwhile.
class Counts {
 public:
  // `tool` writes into `ledger`, which must outlive this.
  Counts(Ledger& ledger, std::string tool);
  ~Counts();
  void add(const std::string& run, const CountKey&, std::uint64_t n = 1, std::uint64_t bytes = 0);
  // Durable when it returns: rewrites the older slot of each run that changed and fsyncs it. Past
  // the UTC hour the run's slots become a `counts` entry and start from zero.
  void commit();
  // Turns everything into entries and removes the open files. Called by finish(); also folds the
  // files of writers that died (their lock is free).
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Totals of one run, from the entries and the open files.
struct RunTotals {
  std::map<CountKey, std::uint64_t> counts;
  bool open = false;     // a writer is still working
  bool unclean = false;  // a writer died: figures may be high by one group
};
RunTotals run_totals(const Ledger&, const std::string& run);

}  // namespace proviso::ledger
