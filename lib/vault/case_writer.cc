// CaseStore::store: the order of writes that makes a case exactly once, whatever dies in between.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/chunked.h"
#include "crypto/random.h"
#include "ledger/facts.h"
#include "vault/blob.h"
#include "vault/case_store_impl.h"
#include "vault/envelope.h"
#include "vault/expiry.h"
#include "vault/fault.h"
#include "vault/outbox.h"
#include "vault/replay_tags.h"

namespace proviso::vault {
namespace {

// One item of the group on its way to a case.
struct Draft {
  std::size_t index = 0;  // in the group
  base::CaseId id;
  std::string blob, evidence_blob;
  Expiry expiry;
  EnvelopeContent content;
  base::Bytes envelope;
  bool written = false;
};

using Results = std::vector<std::optional<base::Result<Stored>>>;

base::ItemError past_ceiling(const law::Resolved& law, const Expiry& expiry) {
  const law::Refusal refusal = law.refusal("ST-02", "the item is past the end of its storage");
  return base::ItemError{
      "past_ceiling",
      fmt::format("storage would have ended at {}", base::to_string(expiry.expires_at)), false,
      refusal.rule, refusal.citation};
}

// A redelivered item: the case it has. Identification is written once; an earlier one shortens the
// case, never lengthens it.
Stored replayed(CaseStore::Impl& impl, const ReplayTag& tag, const NewCase& item,
                const policy::Policy& policy, const law::Resolved& law) {
  sqlite::Statement select(impl.database, "SELECT " + kRowColumns + " FROM cases WHERE id = ?");
  select.bind(1, tag.case_id.value);
  if (!select.step()) return Stored{tag.case_id, State::purged, tag.case_expires, true};
  CaseRow row = row_of(impl.database, select, impl.rehearsal);
  select.reset();
  if (item.identified_at < row.identified_at) {
    const auto earlier = [](std::optional<base::Instant> a, std::optional<base::Instant> b) {
      return a && b ? std::min(a, b) : a ? a : b;
    };
    const Expiry expiry = suspected_expiry(item.identified_at, policy, law);
    const bool waits = row.state == State::suspected;
    row.confirmed_ceiling = earlier(row.confirmed_ceiling, expiry.confirmed_ceiling);
    row.ceiling = waits ? earlier(row.ceiling, expiry.ceiling) : row.confirmed_ceiling;
    base::Instant end = waits ? std::min(row.expires_at, expiry.expires_at) : row.expires_at;
    if (row.ceiling) end = std::min(end, *row.ceiling);
    sqlite::Statement update(
        impl.database,
        "UPDATE cases SET identified_at = ?, expires_at = ?, ceiling = ?, confirmed_ceiling = ?, "
        "expiry_rule = ? WHERE id = ?");
    update.bind(1, item.identified_at.seconds).bind(2, end.seconds);
    bind_instant(update, 3, row.ceiling);
    bind_instant(update, 4, row.confirmed_ceiling);
    if (end < row.expires_at)
      row.expiry_rule = row.ceiling && end == *row.ceiling ? "ST-02" : expiry.rule;
    update.bind(5, row.expiry_rule).bind(6, row.id.value).run();
    row.expires_at = end;
  }
  return Stored{row.id, row.state, row.expires_at, true};
}

void insert_pending(CaseStore::Impl& impl, const Draft& draft, const NewCase& item,
                    const law::Resolved& law) {
  sqlite::Statement insert(impl.database,
                           "INSERT INTO cases(id, state, identified_at, expires_at, ceiling, "
                           "confirmed_ceiling, expiry_rule, technology, list, "
                           "class, previously_identified, service, region, kind, blob, "
                           "evidence_blob, instrument, writer) "
                           "VALUES(?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, draft.id.value)
      .bind(2, item.identified_at.seconds)
      .bind(3, draft.expiry.expires_at.seconds);
  bind_instant(insert, 4, draft.expiry.ceiling);
  bind_instant(insert, 5, draft.expiry.confirmed_ceiling);
  insert.bind(6, draft.expiry.rule)
      .bind(7, item.technology)
      .bind(8, item.list)
      .bind(9, item.material_class)
      .bind(10, std::int64_t{item.previously_identified})
      .bind(11, item.service)
      .bind(12, item.region)
      .bind(13, item.kind)
      .bind(14, draft.blob)
      .bind(15, draft.evidence_blob)
      .bind(16, law.base().id)
      .bind(17, impl.writer->name())
      .run();
}

void remove_row(CaseStore::Impl& impl, const base::CaseId& id) {
  sqlite::Statement remove(impl.database, "DELETE FROM cases WHERE id = ? AND state = 'pending'");
  remove.bind(1, id.value).run();
}

base::SecretBytes new_file_key() {
  base::SecretBytes key(crypto::kFileKeyBytes);
  crypto::random_bytes(key.span());
  return key;
}

// Blob (and evidence), synced. On an item error nothing of them is left.
base::Result<void> write_blobs(CaseStore::Impl& impl, Draft& draft, const NewCase& item) {
  draft.content.key = new_file_key();
  base::Result<BlobWritten> content =
      write_blob(impl.blobs.get(), draft.blob, item.content_fd, draft.id, BlobPart::content,
                 draft.content.key, BlobPin{item.pinned_bytes, item.pinned_sha256});
  if (!content) return tl::make_unexpected(std::move(content.error()));
  draft.content.content = std::move(*content);
  if (item.evidence_fd < 0) return {};
  draft.content.evidence_key = new_file_key();
  base::Result<BlobWritten> evidence =
      write_blob(impl.blobs.get(), draft.evidence_blob, item.evidence_fd, draft.id,
                 BlobPart::evidence, draft.content.evidence_key, std::nullopt);
  if (!evidence) {
    destroy_blob(impl.blobs.get(), draft.blob);
    return tl::make_unexpected(std::move(evidence.error()));
  }
  draft.content.evidence = std::move(*evidence);
  return {};
}

ledger::Entry stored_entry(const Draft& draft, const NewCase& item, const law::Resolved& law,
                           const std::string& envelope_sha256) {
  ledger::CaseStored fact;
  fact.id = draft.id;
  fact.envelope_sha256 = envelope_sha256;
  fact.blob_sha256 = draft.content.content.sealed_sha256;
  if (draft.content.evidence) fact.evidence_sha256 = draft.content.evidence->sealed_sha256;
  fact.technology = item.technology;
  fact.list = item.list;
  fact.material_class = ledger::parse<base::MaterialClass>(item.material_class);
  fact.previously_identified = item.previously_identified;
  fact.kind = item.kind;
  fact.service = item.service;
  fact.region = item.region;
  fact.instrument = law.base().id;
  fact.role = item.role;
  fact.leaves = item.leaves;
  return to_entry(fact, "retain", item.run);
}

void make_suspected(CaseStore::Impl& impl, const Draft& draft, const NewCase& item,
                    const law::Resolved& law) {
  const std::string envelope_sha256 = crypto::sha256_hex(base::as_text(draft.envelope));
  sqlite::Statement update(impl.database,
                           "UPDATE cases SET state = 'suspected', writer = '', blob_sha256 = ?, "
                           "evidence_sha256 = ?, envelope = ?, "
                           "envelope_sha256 = ?, bytes = ? WHERE id = ? AND state = 'pending'");
  update.bind(1, draft.content.content.sealed_sha256)
      .bind(2, draft.content.evidence ? draft.content.evidence->sealed_sha256 : std::string())
      .bind(3, std::span<const std::byte>(draft.envelope))
      .bind(4, envelope_sha256)
      .bind(5, static_cast<std::int64_t>(draft.content.content.bytes))
      .bind(6, draft.id.value)
      .run();
  if (impl.database.changes() != 1) {
    throw base::Error(base::ExitCode::software, "its pending row was swept while it was written",
                      "case " + draft.id.value);
  }
  const base::Instant now = base::now();
  sqlite::Statement purpose(impl.database,
                            "INSERT INTO purposes(case_id, purpose, started) VALUES(?, ?, ?)");
  for (const std::string& name : law.storage_purposes()) {
    purpose.bind(1, draft.id.value).bind(2, name).bind(3, now.seconds).run();
  }
  post(impl.database, stored_entry(draft, item, law, envelope_sha256));
}

}  // namespace

std::vector<base::Result<Stored>> CaseStore::store(std::vector<NewCase>& cases,
                                                   const policy::Policy& policy,
                                                   const law::Resolved& law) {
  Impl& impl = *impl_;
  if (!impl.writer) impl.writer = std::make_unique<WriterLock>(impl.directory);
  const base::Instant now = base::now();
  Results results(cases.size());
  std::vector<Draft> drafts;

  {
    sqlite::Transaction transaction(impl.database);
    ReplayTags tags(impl.database, now);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const NewCase& item = cases[i];
      if (const std::optional<ReplayTag> tag = tags.find(item.item_id)) {
        results[i] = replayed(impl, *tag, item, policy, law);
        continue;
      }
      Draft draft;
      draft.index = i;
      draft.expiry = suspected_expiry(item.identified_at, policy, law);
      if (draft.expiry.expires_at <= now) {
        results[i] = tl::make_unexpected(past_ceiling(law, draft.expiry));
        continue;
      }
      if (item.content_fd < 0) {
        results[i] = base::fail("content_gone", "content.path: no such file in the spool");
        continue;
      }
      draft.id = base::CaseId{crypto::random_hex(16)};
      draft.blob = new_blob_name();
      if (item.evidence_fd >= 0) draft.evidence_blob = new_blob_name();
      insert_pending(impl, draft, item, law);
      drafts.push_back(std::move(draft));
    }
    transaction.commit();
  }
  fault::at("store.pending", impl.rehearsal);

  std::vector<crypto::Certificate> recipients;
  if (!drafts.empty()) {
    for (const auto& path : policy.seal_certificates)
      recipients.push_back(crypto::Certificate::open(path));
    if (recipients.empty())
      throw base::Error(base::ExitCode::config, "names no certificate to seal to", "keys.seal");
  }
  for (Draft& draft : drafts) {
    const NewCase& item = cases[draft.index];
    const base::Result<void> blobs = write_blobs(impl, draft, item);
    if (!blobs) {
      results[draft.index] = tl::make_unexpected(blobs.error());
      continue;
    }
    draft.envelope = seal_envelope(draft.id, item.sealed, draft.content, recipients);
    draft.written = true;
    fault::at("store.blob", impl.rehearsal);
  }
  if (!drafts.empty()) impl.sync_blobs();
  fault::at("store.synced", impl.rehearsal);

  std::vector<const Draft*> losers;
  if (!drafts.empty()) {
    sqlite::Transaction transaction(impl.database);
    ReplayTags tags(impl.database, now);
    for (const Draft& draft : drafts) {
      if (!draft.written) {
        remove_row(impl, draft.id);
        continue;
      }
      const NewCase& item = cases[draft.index];
      if (const std::optional<ReplayTag> tag =
              tags.find(item.item_id)) {  // another writer was faster
        results[draft.index] = replayed(impl, *tag, item, policy, law);
        remove_row(impl, draft.id);
        losers.push_back(&draft);
        continue;
      }
      tags.insert(item.item_id, draft.id, policy.retention_replay, draft.expiry.confirmed_ceiling,
                  draft.expiry.expires_at);
      make_suspected(impl, draft, item, law);
      results[draft.index] = Stored{draft.id, State::suspected, draft.expiry.expires_at, false};
    }
    transaction.commit();
  }
  fault::at("store.committed", impl.rehearsal);
  for (const Draft* loser : losers) {
    destroy_blob(impl.blobs.get(), loser->blob);
    if (!loser->evidence_blob.empty()) destroy_blob(impl.blobs.get(), loser->evidence_blob);
  }
  deliver(impl.database, *impl.ledger, impl.directory);
  fault::at("store.delivered", impl.rehearsal);

  std::vector<base::Result<Stored>> answer;
  answer.reserve(results.size());
  for (auto& result : results) answer.push_back(std::move(*result));
  return answer;
}

}  // namespace proviso::vault
