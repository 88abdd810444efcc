// hash's stage: digests and perceptual hashes of items that scope-check let through.
// proviso-hash(1)
//
// The kind is detected from the bytes before anything is digested; a kind that the law or the scope
// does not admit is kind_mismatch.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "gate/gate.h"
#include "gate/item_scope.h"
#include "json/json_fwd.h"
#include "ndjson/stream.h"
#include "spool/spool.h"
#include "stage/hash/content_hash.h"

namespace proviso::stage {

class Hash : public ndjson::Stage {
 public:
  // `worker`: the decoding worker's program; empty: beside this executable.
  Hash(gate::Gate&, unsigned workers, media::Limits, const std::filesystem::path& worker = {});

  std::string_view name() const override { return "hash"; }
  void begin_batch(std::size_t count) override;
  ndjson::Outcome process(const ndjson::Placed&, unsigned worker) override;

 private:
  base::Result<json::Json> member_of(const ndjson::Record&, unsigned worker);
  ContentWanted wanted(const gate::ScopeMember&) const;
  bool without_content(const gate::ScopeMember&) const;
  std::shared_ptr<const gate::State> state_now();

  gate::Gate& gate_;
  std::mutex state_mutex_;
  std::shared_ptr<const gate::State> state_;
  std::unique_ptr<ndjson::SealKey> seal_key_;
  spool::Spool spool_;
  std::vector<media::Decoder>
      decoders_;  // one a worker thread: a decoder serves one item at a time
};

}  // namespace proviso::stage
