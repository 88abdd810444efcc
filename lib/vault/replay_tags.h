// Replay tags: how a redelivered item is known without keeping its id. tag = HMAC-SHA-256(replay
// key, item id).
//
// Keys are made daily and die with their last tag. All calls are within the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/instant.h"
#include "sqlite/database.h"

namespace proviso::vault {

struct ReplayTag {
  base::CaseId case_id;
  base::Instant case_expires;  // as of when the case was stored; the case itself may be gone
};

class ReplayTags {
 public:
  // Reads the live keys; makes today's when it is missing.
  ReplayTags(sqlite::Database&, base::Instant now);

  // Under every live key; a tag past its end counts no more, swept or not.
  std::optional<ReplayTag> find(std::string_view item_id);
  // Under today's key. While its case lives the tag has no end; afterwards it lives for `replay`,
  // never past `ceiling`.
  void insert(std::string_view item_id, const base::CaseId&, base::Period replay,
              std::optional<base::Instant> ceiling, base::Instant case_expires);

 private:
  struct Key {
    std::int64_t id;
    base::SecretBytes bytes;
  };
  sqlite::Database& database_;
  base::Instant now_;
  std::vector<Key> keys_;
  std::size_t today_ = 0;
};

// The case is gone at `now`: its tag's remaining life starts.
void start_tag_expiry(sqlite::Database&, const base::CaseId&, base::Instant now);
// Removes tags at their end and keys without a tag.
void sweep_tags(sqlite::Database&, base::Instant now);

}  // namespace proviso::vault
