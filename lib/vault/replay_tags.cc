#include "vault/replay_tags.h"

#include "base/error.h"
#include "crypto/random.h"

namespace proviso::vault {
namespace {

// A purge may remove a key without tags between two verbs of a writer.
constexpr int kAttempts = 8;

}  // namespace

ReplayTags tags_of(std::string_view item_id, const ReplayKeys& live) {
  ReplayTags tags;
  for (const ReplayKey& key : live.keys)
    tags.push_back(crypto::hmac_sha256(key.bytes.span(), item_id));
  return tags;
}

Replays under_live_keys(CaseDatabase& database, base::Instant now,
                        const std::function<std::optional<Replays>(const ReplayKeys&)>& verb) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const ReplayKeys keys = database.replay_keys(now);
    if (std::optional<Replays> answers = verb(keys)) return std::move(*answers);
  }
  throw base::Error(base::ExitCode::temp_fail, "its replay keys change all the time", "vault");
}

}  // namespace proviso::vault
