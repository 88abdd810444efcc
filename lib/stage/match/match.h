// match's stage: looks the hashes of a record up in the compiled index, and reads the scores and
// risk factors of technologies that use no list. proviso-match(1)
//
// A chunk of records is matched at once, technology by technology, so that all its PDQ hashes are
// one look-up.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gate/gate.h"
#include "gate/item_scope.h"
#include "ledger/ledger.h"
#include "ndjson/stream.h"
#include "stage/match/exclusions.h"
#include "stage/match/hash_reading.h"
#include "stage/match/hit_window.h"
#include "stage/match/lookup.h"
#include "stage/match/sample.h"
#include "stage/record_count.h"

namespace proviso::stage {

struct MatchSettings {
  bool hits_only = false;        // for reading: `retain` behind it could erase no non-hit
  bool best = false;             // of each technology and leaf the nearest hit alone
  std::optional<Sample> sample;  // some lists are looked up for some items only
  std::optional<std::string> expect_index;  // version that the index must have
};

class Match : public ndjson::Stage {
 public:
  Match(gate::Gate&, ledger::Ledger&, MatchSettings);

  std::string_view name() const override { return "match"; }
  // Re-evaluates the gate; opens the index, and a replaced one: Error(config) when a technology
  // names a list that it has no section of, or when it is not the version expected.
  void begin_batch(std::size_t count) override;
  ndjson::Outcome process(const ndjson::Placed&, unsigned worker) override;
  std::size_t chunk_records() const override { return kChunk; }
  void process_chunk(std::span<const ndjson::Placed>, std::span<ndjson::Outcome>,
                     unsigned worker) override;
  ndjson::Outcome process_failed(const ndjson::Placed&, unsigned worker) override;
  // Error(breaker) once the share of hits passes policy.match.max_hit_share: nothing of the batch
  // is written on, and its records are counted as errors of their runs.
  void commit_batch(std::span<ndjson::Outcome>) override;
  void finish() override;
  std::string figures() const override;

 private:
  static constexpr std::size_t kChunk = 64;

  // What was done since a batch began, or since the start.
  struct Figures {
    std::uint64_t records = 0, with_hits = 0, hits = 0, sampled = 0, unsampled = 0;
    Exclusions excluded;
    void add(const Figures&);
  };
  // Lists that one technology looks up: of all items, and of those outside the sample.
  struct Lists {
    std::vector<std::string> all, unsampled;
  };
  struct Item;

  void open_index();
  void record_exclusions();
  Item admit(const ndjson::Placed&) const;
  void keep_count(const ndjson::Placed&, const gate::ScopeMember*, std::string_view error);
  void match(std::vector<Item>&) const;
  ndjson::Outcome finish_item(Item&, Figures&);
  void stop(std::size_t withheld, double limit);
  void count_withheld();

  gate::Gate& gate_;
  ledger::Ledger& ledger_;
  MatchSettings settings_;
  const gate::State* state_ = nullptr;
  std::unique_ptr<ndjson::SealKey> seal_key_;
  std::optional<Lookup> lookup_;
  std::vector<Lists> lists_;  // of each technology of the policy
  base::Instant now_;
  // By place in the batch, where a breaker is set: what each record counts as if it trips.
  std::vector<std::optional<RecordCount>> counts_;

  std::mutex mutex_;  // guards batch_
  Figures batch_, total_;
  Exclusions unrecorded_;  // not in the ledger yet
  std::int64_t recorded_hour_ = 0;
  HitWindow window_;
};

}  // namespace proviso::stage
