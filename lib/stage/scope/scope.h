// scope-check's stage: which items may be processed at all, decided from the record alone.
// proviso-scope-check(1)
//
// An admitted record leaves with a sealed `scope` member. A refused one leaves the stream: it is
// counted by its rule, and its spool file is unlinked without being opened once the counts are
// durable. Batches are decided while the counts of the group before are made durable.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "gate/gate.h"
#include "gate/item_scope.h"
#include "ledger/counts.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "ndjson/stream.h"
#include "spool/spool.h"
#include "stage/scope/scope_decisions.h"

namespace proviso::stage {

struct ScopeSettings {
  std::optional<std::filesystem::path>
      rejects;              // id and rule of each refusal; for HU-05 the rule alone
  bool dry_run = false;     // decides and prints; records and unlinks nothing
  bool historical = false;  // each item under the law of its sent_at; dry runs with one job only
  std::optional<std::string>
      explain;        // print why the item of this id is let through or not, and nothing else
  unsigned jobs = 1;  // workers that will call process()
};

class Scope : public ndjson::Stage {
 public:
  Scope(gate::Gate&, ledger::Ledger&, ScopeSettings);

  std::string_view name() const override { return "scope-check"; }
  // Re-evaluates the gate; a new run begins at start and at each UTC midnight. Error(unavailable)
  // with all that is missing.
  void begin_batch(std::size_t count) override;
  ndjson::Outcome process(const ndjson::Placed&, unsigned worker) override;
  ndjson::Outcome process_failed(const ndjson::Placed&, unsigned worker) override;
  void commit_batch(std::span<ndjson::Outcome>) override;
  // The commit makes the counts durable; then spool files are unlinked.
  ndjson::GroupWork close_group() override;
  void finish() override;

  const std::string& run() const { return run_; }
  // All decisions so far, also of a dry run.
  const ScopeSums& totals() const { return totals_; }
  bool explained() const { return explained_; }

 private:
  struct Worker {
    ScopeDecisions decisions;
    std::vector<std::string> unlink;  // paths of refused items
    std::string binding, sealed;      // their memory serves every record
  };
  // What batches still need before their lines may be written.
  struct Group {
    std::map<std::string, ScopeSums> sums;  // by run
    std::vector<std::string> unlink;
    std::string rejects;  // lines of the refusals file
  };
  ndjson::Outcome failed(const ndjson::Record&, Worker&, const base::ItemError&) const;
  ndjson::Outcome explain(const ndjson::Record&);
  ndjson::Outcome refused(const gate::ItemFacts&, std::size_t place, Worker&, const law::Refusal&);
  std::optional<base::ItemError> look_back(const gate::ItemFacts&, Worker&);
  void start_run(base::Date today);
  std::vector<ledger::KeptDocument> keep_documents();
  void commit(const Group&);
  void write_rejects(const Group&) const;

  gate::Gate& gate_;
  ledger::Ledger& ledger_;
  ScopeSettings settings_;
  gate::ProtectedAccounts protected_accounts_;
  std::unique_ptr<ndjson::SealKey> seal_key_;
  std::optional<spool::Spool> spool_;
  std::optional<ledger::Counts> counts_;  // until finish(), used by commits alone
  base::UniqueFd rejects_;
  std::vector<std::string> reject_lines_;  // by place in the batch, for the refusals file
  Group gathered_;
  std::string run_;
  std::optional<base::Date> run_day_;
  base::Instant now_;

  const gate::State* state_ = nullptr;
  std::uint64_t decided_by_ =
      0;  // evaluation of the gate and run that the workers' decisions come from
  std::string decided_run_;
  std::vector<Worker> workers_;
  ScopeSums totals_;
  bool explained_ = false;
};

}  // namespace proviso::stage
