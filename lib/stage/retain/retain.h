// retain's stage, the last one. A hit becomes a sealed case; nothing else is kept.
// proviso-retain(1)
//
// process() verifies, reads and judges, on any thread; commit_batch() acts, in this order: cases
// stored, counts durable, spool files unlinked, lines made. The vault is opened at the first hit: a
// run without hits writes nothing outside the ledger.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/gate.h"
#include "gate/item_scope.h"
#include "ledger/counts.h"
#include "ledger/ledger.h"
#include "ndjson/stream.h"
#include "spool/spool.h"
#include "stage/record_count.h"
#include "vault/case_store.h"

namespace proviso::stage {

struct RetainSettings {
  bool ack = false;  // print a line for each non-hit too, without its hashes
};

class Retain : public ndjson::Stage {
 public:
  // Error(no_input) when the spool does not exist.
  Retain(gate::Gate&, ledger::Ledger&, RetainSettings);
  ~Retain() override;

  std::string_view name() const override { return "retain"; }
  void begin_batch(std::size_t count) override;  // Error(unavailable) with all that is missing
  ndjson::Outcome process(const ndjson::Placed&, unsigned worker) override;
  ndjson::Outcome process_failed(const ndjson::Placed&, unsigned worker) override;
  void commit_batch(std::span<ndjson::Outcome>) override;
  void finish() override;

 private:
  // A case to be stored.
  struct Hit {
    vault::NewCase made;
    std::string content_path, evidence_path;
    bool pin_here = false;  // content_path is evidence, of an item without a file
  };
  // What commit_batch() still has to do for a record.
  struct Work {
    std::optional<RecordCount> count;  // none: its scope did not verify
    std::vector<spool::Pin> unlink;
    std::optional<Hit> hit;
  };
  // A hit with the place of its line, which is the record's until the case is stored.
  struct Pending;

  base::Result<Work> judge(const ndjson::Record&) const;
  // Opens the file, remembers it for unlinking, closes it. False if it is gone.
  base::Result<bool> pin(const std::string& path, Work&) const;
  ndjson::Outcome failed(const ndjson::Record&, const base::ItemError&, Work&) const;
  ndjson::Outcome erased(const ndjson::Record&, const Work&) const;

  void store(std::span<const Pending>);
  void fail_hit(const Pending&, const base::ItemError&) const;
  static void kept(const Pending&, const vault::Stored&);
  vault::CaseStore& vault();

  gate::Gate& gate_;
  ledger::Ledger& ledger_;
  RetainSettings settings_;
  const gate::State* state_ = nullptr;
  std::unique_ptr<ndjson::SealKey> seal_key_;
  spool::Spool spool_;
  ledger::Counts counts_;
  std::optional<vault::CaseStore> vault_;
  std::vector<Work> work_;  // by place in the batch; empty for a line that is not a record
};

}  // namespace proviso::stage
