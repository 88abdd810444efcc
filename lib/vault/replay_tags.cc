#include "vault/replay_tags.h"

#include <string.h>

#include <algorithm>

#include "crypto/random.h"

namespace proviso::vault {
namespace {

constexpr std::size_t kReplayKeyBytes = 32;

}  // namespace

ReplayTags::ReplayTags(sqlite::Database& database, base::Instant now)
    : database_(database), now_(now) {
  const std::string day = base::to_string(base::date_of(now));
  {
    sqlite::Statement exists(database_, "SELECT 1 FROM replay_keys WHERE day = ?");
    exists.bind(1, day);
    if (!exists.step()) {
      base::SecretBytes key(kReplayKeyBytes);
      crypto::random_bytes(key.span());
      sqlite::Statement insert(database_, "INSERT INTO replay_keys(day, key) VALUES(?, ?)");
      insert.bind(1, day).bind(2, std::span<const std::byte>(key.span())).run();
    }
  }
  sqlite::Statement select(database_, "SELECT id, day, key FROM replay_keys ORDER BY id");
  while (select.step()) {
    if (select.text(1) == day) today_ = keys_.size();
    base::Bytes bytes = select.blob(2);
    keys_.push_back(Key{select.integer(0), base::SecretBytes(std::span<const std::byte>(bytes))});
    ::explicit_bzero(bytes.data(), bytes.size());
  }
}

std::optional<ReplayTag> ReplayTags::find(std::string_view item_id) {
  sqlite::Statement select(
      database_,
      "SELECT case_id, case_expires FROM tags WHERE tag = ? AND (expires IS NULL OR expires > ?)");
  // Newest first: redeliveries come soon.
  for (auto key = keys_.rbegin(); key != keys_.rend(); ++key) {
    const base::Sha256 tag = crypto::hmac_sha256(key->bytes.span(), item_id);
    select.bind(1, std::span<const std::byte>(tag)).bind(2, now_.seconds);
    if (select.step())
      return ReplayTag{base::CaseId{select.text(0)}, base::Instant{select.integer(1)}};
    select.reset();
  }
  return std::nullopt;
}

void ReplayTags::insert(std::string_view item_id, const base::CaseId& id, base::Period replay,
                        std::optional<base::Instant> ceiling, base::Instant case_expires) {
  const Key& key = keys_.at(today_);
  const base::Sha256 tag = crypto::hmac_sha256(key.bytes.span(), item_id);
  sqlite::Statement insert(database_,
                           "INSERT OR REPLACE INTO tags(tag, replay_key, case_id, replay, ceiling, "
                           "case_expires) VALUES(?, ?, ?, ?, ?, ?)");
  insert.bind(1, std::span<const std::byte>(tag))
      .bind(2, key.id)
      .bind(3, id.value)
      .bind(4, base::to_string(replay));
  if (ceiling) {
    insert.bind(5, ceiling->seconds);
  } else {
    insert.bind_null(5);
  }
  insert.bind(6, case_expires.seconds).run();
}

void start_tag_expiry(sqlite::Database& database, const base::CaseId& id, base::Instant now) {
  sqlite::Statement select(database, "SELECT replay, ceiling FROM tags WHERE case_id = ?");
  select.bind(1, id.value);
  if (!select.step()) return;
  base::Instant end = base::add(now, base::parse_period(select.text(0)).value_or(base::Period{}));
  if (!select.is_null(1)) end = std::min(end, base::Instant{select.integer(1)});
  select.reset();
  sqlite::Statement update(database, "UPDATE tags SET expires = ? WHERE case_id = ?");
  update.bind(1, end.seconds).bind(2, id.value).run();
}

void sweep_tags(sqlite::Database& database, base::Instant now) {
  sqlite::Transaction transaction(database);
  sqlite::Statement tags(database, "DELETE FROM tags WHERE expires IS NOT NULL AND expires <= ?");
  tags.bind(1, now.seconds).run();
  database.run("DELETE FROM replay_keys WHERE id NOT IN (SELECT replay_key FROM tags)");
  transaction.commit();
}

}  // namespace proviso::vault
