// Storing cases: the scanning host's side of the vault. Each fault::at() is an arrow of README.md's
// order of writes.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/chunked.h"
#include "crypto/random.h"
#include "ledger/facts.h"
#include "vault/blob.h"
#include "vault/case_store.h"
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
  CaseRow row;
  Expiry expiry;
  EnvelopeContent content;
  base::Bytes envelope;
};

base::ItemError past_ceiling(const law::Resolved& law, const Expiry& expiry) {
  const law::Refusal refusal = law.refusal("ST-02", "the item is past the end of its storage");
  return base::ItemError{
      "past_ceiling",
      fmt::format("storage would have ended at {}", base::to_string(expiry.expires_at)), false,
      refusal.rule, refusal.citation};
}

CaseRow pending_row(const NewCase& item, const Expiry& expiry, const law::Resolved& law,
                    const std::string& origin) {
  CaseRow row;
  row.id = base::CaseId{crypto::random_hex(16)};
  row.identified_at = item.identified_at;
  row.expires_at = expiry.expires_at;
  row.ceiling = expiry.ceiling;
  row.confirmed_ceiling = expiry.confirmed_ceiling;
  row.expiry_rule = expiry.rule;
  row.technology = item.technology;
  row.list = item.list;
  row.material_class = item.material_class;
  row.previously_identified = item.previously_identified;
  row.service = item.service;
  row.region = item.region;
  row.kind = item.kind;
  row.blob = new_blob_name();
  if (item.evidence_fd >= 0) row.evidence_blob = new_blob_name();
  row.instrument = law.base().id;
  row.origin = origin;
  return row;
}

base::SecretBytes new_file_key() {
  base::SecretBytes key(crypto::kFileKeyBytes);
  crypto::random_bytes(key.span());
  return key;
}

void destroy_blobs(int blobs_fd, const CaseRow& row) {
  destroy_blob(blobs_fd, row.blob);
  if (!row.evidence_blob.empty()) destroy_blob(blobs_fd, row.evidence_blob);
}

// Blob (and evidence), synced. On an item error nothing of them is left.
base::Result<void> write_blobs(int blobs_fd, Draft& draft, const NewCase& item) {
  draft.content.key = new_file_key();
  base::Result<BlobWritten> content =
      write_blob(blobs_fd, draft.row.blob, item.content_fd, draft.row.id, BlobPart::content,
                 draft.content.key, BlobPin{item.pinned_bytes, item.pinned_sha256});
  if (!content) return tl::make_unexpected(std::move(content.error()));
  draft.content.content = std::move(*content);
  if (item.evidence_fd < 0) return {};
  draft.content.evidence_key = new_file_key();
  base::Result<BlobWritten> evidence =
      write_blob(blobs_fd, draft.row.evidence_blob, item.evidence_fd, draft.row.id,
                 BlobPart::evidence, draft.content.evidence_key, std::nullopt);
  if (!evidence) {
    destroy_blob(blobs_fd, draft.row.blob);
    return tl::make_unexpected(std::move(evidence.error()));
  }
  draft.content.evidence = std::move(*evidence);
  return {};
}

ledger::Entry stored_entry(const Draft& draft, const NewCase& item,
                           const std::string& envelope_sha256) {
  ledger::CaseStored fact;
  fact.id = draft.row.id;
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
  fact.instrument = draft.row.instrument;
  fact.role = item.role;
  fact.leaves = item.leaves;
  return to_entry(fact, "retain", item.run);
}

Settlement settlement_of(Draft& draft, const NewCase& item, const policy::Policy& policy,
                         const law::Resolved& law, std::uint64_t ledger_size) {
  Settlement settlement;
  settlement.id = draft.row.id;
  settlement.replay = policy.retention_replay;
  settlement.tag_ceiling = draft.expiry.confirmed_ceiling;
  settlement.blob_sha256 = draft.content.content.sealed_sha256;
  if (draft.content.evidence) settlement.evidence_sha256 = draft.content.evidence->sealed_sha256;
  settlement.envelope_sha256 = crypto::sha256_hex(base::as_text(draft.envelope));
  settlement.envelope = std::move(draft.envelope);
  settlement.bytes = draft.content.content.bytes;
  settlement.purposes = law.storage_purposes();
  ledger::Entry entry = stored_entry(draft, item, settlement.envelope_sha256);
  entry.id_since = ledger_size;
  settlement.line = outbox_line(draft.row.origin, entry);
  return settlement;
}

std::vector<crypto::Certificate> recipients_of(const policy::Policy& policy) {
  std::vector<crypto::Certificate> recipients;
  for (const auto& path : policy.seal_certificates)
    recipients.push_back(crypto::Certificate::open(path));
  if (recipients.empty())
    throw base::Error(base::ExitCode::config, "names no certificate to seal to", "keys.seal");
  return recipients;
}

// A redelivered item: the case that it has, which ends earlier if the item was identified earlier.
Stored replayed(CaseDatabase& database, const Replay& replay, const NewCase& item,
                const policy::Policy& policy, const law::Resolved& law) {
  std::optional<CaseRow> row = replay.row;
  if (row && item.identified_at < row->identified_at) {
    row = database.shorten(row->id, item.identified_at,
                           suspected_expiry(item.identified_at, policy, law));
  }
  if (!row) return Stored{replay.case_id, State::purged, replay.case_expires, true};
  return Stored{row->id, row->state, row->expires_at, true};
}

// What an item would become if it is new; an item error if it cannot be a case.
base::Result<Draft> draft_of(const NewCase& item, const policy::Policy& policy,
                             const law::Resolved& law, base::Instant now,
                             const std::string& origin) {
  Draft draft;
  draft.expiry = suspected_expiry(item.identified_at, policy, law);
  if (draft.expiry.expires_at <= now) return tl::make_unexpected(past_ceiling(law, draft.expiry));
  if (item.content_fd < 0)
    return base::fail("content_gone", "content.path: no such file in the spool");
  draft.row = pending_row(item, draft.expiry, law, origin);
  return draft;
}

// One group on its way. Call admit(), write(), settle(), destroy_losers(), in this order.
class Group {
 public:
  Group(const CaseStore& store, std::span<const NewCase> items, const policy::Policy& policy,
        const law::Resolved& law)
      : store_(store), items_(items), policy_(policy), law_(law), results_(items.size()) {}

  // Answers replays and items that cannot be cases; makes pending rows of the others.
  void admit(const Writer& writer) {
    for (const NewCase& item : items_)
      drafts_.push_back(draft_of(item, policy_, law_, now_, store_.origin()));
    const Replays replays = under_live_keys(store_.database(), now_, [&](const ReplayKeys& keys) {
      std::vector<Admission> admissions;
      for (std::size_t i = 0; i < items_.size(); ++i) {
        admissions.push_back({tags_of(items_[i].item_id, keys),
                              drafts_[i] ? std::optional(drafts_[i]->row) : std::nullopt});
      }
      return store_.database().admit(keys.ids(), admissions, writer, now_);
    });
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (replays[i]) {
        answer(i, *replays[i]);
      } else if (!drafts_[i]) {
        results_[i] = tl::make_unexpected(drafts_[i].error());
      } else {
        open_.push_back(i);
      }
    }
  }

  // Seals blobs and envelopes.
  void write() {
    if (open_.empty()) return;
    const std::vector<crypto::Certificate> recipients = recipients_of(policy_);
    for (const std::size_t i : open_) {
      Draft& draft = *drafts_[i];
      const base::Result<void> blobs = write_blobs(store_.blobs().descriptor(), draft, items_[i]);
      if (!blobs) {
        results_[i] = tl::make_unexpected(blobs.error());
        failed_.push_back(draft.row.id);
        continue;
      }
      draft.envelope = seal_envelope(draft.row.id, items_[i].sealed, draft.content, recipients);
      written_.push_back(i);
      fault::at("store.blob", store_.rehearsal());
    }
    store_.blobs().sync();
  }

  void settle() {
    if (!failed_.empty()) store_.database().withdraw(failed_);
    if (written_.empty()) return;
    std::vector<Settlement> settlements;
    const std::uint64_t ledger_size = store_.ledger_size();
    for (const std::size_t i : written_)
      settlements.push_back(settlement_of(*drafts_[i], items_[i], policy_, law_, ledger_size));
    const Replays replays = under_live_keys(store_.database(), now_, [&](const ReplayKeys& keys) {
      for (std::size_t k = 0; k < written_.size(); ++k)
        settlements[k].tags = tags_of(items_[written_[k]].item_id, keys);
      return store_.database().settle(keys.ids(), keys.today, settlements, now_);
    });
    for (std::size_t k = 0; k < written_.size(); ++k) {
      const std::size_t i = written_[k];
      const CaseRow& row = drafts_[i]->row;
      if (replays[k]) {  // another writer was faster
        answer(i, *replays[k]);
        losers_.push_back(i);
      } else {
        results_[i] = Stored{row.id, State::suspected, row.expires_at, false};
      }
    }
  }

  void destroy_losers() const {
    for (const std::size_t i : losers_) destroy_blobs(store_.blobs().descriptor(), drafts_[i]->row);
  }

  void move_results(std::vector<base::Result<Stored>>& to) {
    for (auto& result : results_) to.push_back(std::move(*result));
  }

 private:
  void answer(std::size_t i, const Replay& replay) {
    results_[i] = replayed(store_.database(), replay, items_[i], policy_, law_);
  }

  const CaseStore& store_;
  std::span<const NewCase> items_;
  const policy::Policy& policy_;
  const law::Resolved& law_;
  base::Instant now_ = base::now();
  std::vector<std::optional<base::Result<Stored>>> results_;
  std::vector<base::Result<Draft>> drafts_;
  std::vector<std::size_t> open_, written_, losers_;  // places in the group
  std::vector<base::CaseId> failed_;
};

}  // namespace

std::vector<base::Result<Stored>> CaseStore::store(std::vector<NewCase>& cases,
                                                   const policy::Policy& policy,
                                                   const law::Resolved& law) {
  if (!writer_) writer_ = database_->enrol_writer();
  std::vector<base::Result<Stored>> results;
  const std::span<const NewCase> all(cases);
  for (std::size_t from = 0; from < all.size(); from += kMaxGroup) {
    Group group(*this, all.subspan(from, std::min(kMaxGroup, all.size() - from)), policy, law);
    group.admit(*writer_);
    fault::at("store.pending", rehearsal_);
    group.write();
    fault::at("store.synced", rehearsal_);
    group.settle();
    fault::at("store.committed", rehearsal_);
    group.destroy_losers();
    deliver_outbox();
    fault::at("store.delivered", rehearsal_);
    group.move_results(results);
  }
  return results;
}

}  // namespace proviso::vault
