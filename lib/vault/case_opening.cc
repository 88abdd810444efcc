// Opening cases: the review role's side of the vault.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/random.h"
#include "ledger/facts.h"
#include "vault/blob.h"
#include "vault/case_store.h"
#include "vault/envelope.h"

namespace proviso::vault {
namespace {

[[noreturn]] void planted(const base::CaseId& id, std::string_view what) {
  throw base::Error(
      base::ExitCode::data, fmt::format("{}, as the ledger's case.stored entry has it", what),
      "case " + id.value, "the case was planted or swapped; it must not be reviewed or reported");
}

void check_blob(int blobs_fd, const base::CaseId& id, const std::string& name,
                const std::string& expected) {
  const std::optional<std::string> digest = blob_digest(blobs_fd, name);
  if (!digest || *digest != expected) planted(id, "its blob is not the one that was stored");
}

void require_live(const std::vector<std::string>& purposes, std::string_view purpose,
                  const base::CaseId& id) {
  if (std::find(purposes.begin(), purposes.end(), purpose) != purposes.end()) return;
  std::string live;
  for (const std::string& name : purposes) live += (live.empty() ? "" : ", ") + name;
  throw base::Error(
      base::ExitCode::usage,
      fmt::format("'{}' is no live storage purpose of it, those are: {} (ST-05)", purpose, live),
      "case " + id.value);
}

}  // namespace

const CaseStore::StoredDigests* CaseStore::digests_in_ledger(const base::CaseId& id) {
  ledger_position_ = ledger_->read(ledger_position_, [&](const ledger::StoredEntry& entry) {
    if (const auto stored = ledger::read<ledger::CaseStored>(entry)) {
      // The first entry of a case counts: a later one would be a swap.
      stored_digests_.try_emplace(
          stored->id.value,
          StoredDigests{stored->envelope_sha256, stored->blob_sha256, stored->evidence_sha256});
    }
    return true;
  });
  const auto found = stored_digests_.find(id.value);
  return found == stored_digests_.end() ? nullptr : &found->second;
}

Opened CaseStore::open_case(const CaseRow& row, const crypto::PrivateKey& key,
                            const crypto::Certificate& certificate, std::string_view purpose,
                            std::string_view tool) {
  require_live(database_->live_purposes(row.id), purpose, row.id);
  const StoredDigests* digests = digests_in_ledger(row.id);
  if (digests == nullptr) planted(row.id, "it was never stored");
  const std::optional<base::Bytes> envelope = database_->envelope(row.id);
  if (!envelope)
    throw base::Error(base::ExitCode::no_input, "there is no such case", "case " + row.id.value);
  if (crypto::sha256_hex(base::as_text(*envelope)) != digests->envelope) {
    planted(row.id, "its envelope is not the one that was stored");
  }
  check_blob(blobs_.descriptor(), row.id, row.blob, digests->blob);
  if (row.evidence_blob.empty() != digests->evidence.empty())
    planted(row.id, "its evidence is not the one that was stored");
  if (!row.evidence_blob.empty())
    check_blob(blobs_.descriptor(), row.id, row.evidence_blob, digests->evidence);

  ledger_->append(to_entry(ledger::CaseAccessed{row.id, std::string(purpose), "review", {}}, tool));
  return open_envelope(row.id, *envelope, key, certificate);
}

void CaseStore::read_blob(const CaseRow& row, const Opened& opened,
                          const std::function<void(std::span<const std::byte>)>& write) const {
  read_blob_file(blobs_.descriptor(), row.blob, row.id, BlobPart::content, opened.key, write);
}

void CaseStore::read_evidence(const CaseRow& row, const Opened& opened,
                              const std::function<void(std::span<const std::byte>)>& write) const {
  if (row.evidence_blob.empty()) return;
  read_blob_file(blobs_.descriptor(), row.evidence_blob, row.id, BlobPart::evidence,
                 opened.evidence_key, write);
}

}  // namespace proviso::vault
