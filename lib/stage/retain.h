// retain's stage: the end of the road. A hit becomes a sealed case; of anything else nothing is
// kept. proviso-retain(1)
//
// process() verifies, reads and judges, on any thread; commit_batch() acts, in this order: cases
// stored, counts durable, spool files unlinked, lines made. The vault is opened at the first hit: a
// run without hits writes nothing outside the ledger.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gate/gate.h"
#include "gate/item_scope.h"
#include "ledger/counts.h"
#include "ledger/ledger.h"
#include "ndjson/stream.h"
#include "spool/spool.h"
#include "vault/case_store.h"

namespace proviso::stage {

struct RetainSettings {
  bool ack = false;  // print a line for each non-hit too, without its hashes
};

class Retain : public ndjson::Stage {
 public:
  // Error(no_input) when there is no spool.
  Retain(gate::Gate&, ledger::Ledger&, RetainSettings);
  ~Retain() override;

  std::string_view name() const override { return "retain"; }
  void begin_batch() override;  // Error(unavailable) with all that is missing
  ndjson::Outcome process(const ndjson::Record&, unsigned worker) override;
  ndjson::Outcome process_failed(const ndjson::Record&, unsigned worker) override;
  void commit_batch(std::span<ndjson::Outcome>) override;
  void finish() override;

  // One record between process() and commit_batch().
  struct Work {
    enum class Kind { erase, keep, failed, passed };
    Kind kind = Kind::failed;
    std::string id;
    std::string line;  // of hits and errors, as it will be written or spliced
    std::string run;   // empty: its scope did not verify, nothing is counted
    ledger::CountKey key;
    std::uint64_t bytes = 0;
    std::vector<spool::Pin> unlink;
    vault::NewCase hit;                       // kind keep
    std::string content_path, evidence_path;  // kind keep
    bool pin_here = false;                    // content_path is evidence, of an item without a file
  };

 private:
  base::Result<Work> judge(const ndjson::Record&) const;
  // Opens, remembers, closes. content_gone is an outcome: the file is left out.
  base::Result<bool> pin(const std::string& path, Work&) const;
  Work failure(const ndjson::Record&, const base::ItemError&) const;
  bool verified_scope(const ndjson::Record&, Work&) const;
  ndjson::Outcome put_off(Work);

  void store(std::span<Work*> hits);
  void fail_hit(Work&, const base::ItemError&);
  void kept(Work&, const vault::Stored&);
  vault::CaseStore& vault();

  gate::Gate& gate_;
  ledger::Ledger& ledger_;
  RetainSettings settings_;
  const gate::State* state_ = nullptr;
  std::unique_ptr<ndjson::SealKey> seal_key_;
  spool::Spool spool_;
  ledger::Counts counts_;
  std::optional<vault::CaseStore> vault_;
  ndjson::Parser parser_;  // for lines that commit_batch() finishes

  std::mutex mutex_;  // guards work_, what process() leaves for commit_batch()
  std::vector<Work> work_;
};

}  // namespace proviso::stage
