// match's stage: looks the hashes of a record up in the compiled index. proviso-match(1)
#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "gate/gate.h"
#include "gate/item_scope.h"
#include "index/index.h"
#include "ledger/ledger.h"
#include "ndjson/stream.h"
#include "stage/hash_reading.h"

namespace proviso::stage {

struct MatchSettings {
  bool hits_only = false;    // for reading: `retain` behind it could erase no non-hit
};

class Match : public ndjson::Stage {
 public:
  // Opens the index. Error(config) when a technology names a list that the index has no section of.
  Match(gate::Gate&, ledger::Ledger&, MatchSettings);

  std::string_view name() const override { return "match"; }
  // Re-evaluates the gate; opens a replaced index. Error(breaker) once the share of hits passes policy.match.max_hit_share.
  void begin_batch() override;
  ndjson::Outcome process(const ndjson::Record&, unsigned worker) override;
  void commit_batch(std::span<ndjson::Outcome>) override;

 private:
  void open_index();
  base::Result<json::Json> member_of(const ndjson::Record&, std::size_t& hits) const;
  void look_up(const policy::Technology&, const HashedLeaf&, json::Json& hits) const;

  gate::Gate& gate_;
  ledger::Ledger& ledger_;
  MatchSettings settings_;
  const gate::State* state_ = nullptr;
  std::unique_ptr<ndjson::SealKey> seal_key_;
  std::optional<index::Index> index_;
  std::string index_digest_;
  base::Instant now_;
  std::atomic<std::uint64_t> seen_ = 0, with_hits_ = 0;   // of the breaker's window
};

}  // namespace proviso::stage
