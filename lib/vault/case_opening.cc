// Opening cases: the review role's side of the vault.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/random.h"
#include "ledger/facts.h"
#include "ledger/verified_entries.h"
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

std::optional<ledger::CaseStored> CaseStore::stored_fact(const base::CaseId& id) {
  summary_.advance(*ledger_->entries());
  std::optional<ledger::CaseStored> stored;
  if (const auto index = summary_.stored_at(id)) {
    ledger_->read(*index, [&](const ledger::StoredEntry& entry) {
      stored = ledger::read<ledger::CaseStored>(entry);
      return false;
    });
  }
  if (stored && stored->id != id) stored.reset();
  return stored;
}

Access access_by(const policy::Policy& policy, const std::string& person, std::string purpose,
                 std::string tool) {
  Access access{std::move(purpose), std::move(tool), {}};
  if (person.empty()) return access;
  const policy::Person* const known = policy.person(person);
  if (known == nullptr)
    throw base::Error(base::ExitCode::usage,
                      fmt::format("'{}' is not a person of the policy", person), "--person");
  access.person = known->number;
  return access;
}

StoredCase CaseStore::open_stored(const base::CaseId& id) {
  std::optional<CaseRow> row = database_->find(id);
  std::optional<base::Bytes> envelope = database_->envelope(id);
  if (!row || !envelope)
    throw base::Error(base::ExitCode::no_input, "there is no such case", "case " + id.value);
  const std::optional<ledger::CaseStored> stored = stored_fact(id);
  if (!stored) planted(id, "it was never stored");
  if (crypto::sha256_hex(base::as_text(*envelope)) != stored->envelope_sha256 ||
      row->envelope_sha256 != stored->envelope_sha256)
    planted(id, "its envelope is not the one that was stored");
  if (row->blob_sha256 != stored->blob_sha256 ||
      blob_digest(blobs_.descriptor(), row->blob) != stored->blob_sha256)
    planted(id, "its blob is not the one that was stored");
  // No name and no digest: there is no evidence.
  if (row->evidence_sha256 != stored->evidence_sha256 ||
      row->evidence_blob.empty() != stored->evidence_sha256.empty() ||
      (!row->evidence_blob.empty() &&
       blob_digest(blobs_.descriptor(), row->evidence_blob) != stored->evidence_sha256))
    planted(id, "its evidence is not the one that was stored");
  return StoredCase{std::move(*row), std::move(*envelope)};
}

Opened CaseStore::open_case(const StoredCase& stored, const crypto::PrivateKey& key,
                            const crypto::Certificate& certificate, const Access& access) {
  const base::CaseId& id = stored.row.id;
  require_live(database_->live_purposes(id), access.purpose, id);
  ledger_->append(
      to_entry(ledger::CaseAccessed{id, access.purpose, "review", access.person}, access.tool));
  return open_envelope(id, stored.envelope, key, certificate);
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
