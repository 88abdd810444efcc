// Opening cases: the review role's side of the vault.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/random.h"
#include "ledger/facts.h"
#include "vault/blob.h"
#include "vault/case_store_impl.h"
#include "vault/envelope.h"

namespace proviso::vault {
namespace {

const CaseStore::Impl::StoredDigests* digests_in_ledger(CaseStore::Impl& impl,
                                                        const base::CaseId& id) {
  impl.ledger_position =
      impl.ledger->read(impl.ledger_position, [&](const ledger::StoredEntry& entry) {
        if (const auto stored = ledger::read<ledger::CaseStored>(entry)) {
          // The first entry of a case counts: a later one would be a swap.
          impl.stored_digests.try_emplace(
              stored->id.value,
              CaseStore::Impl::StoredDigests{stored->envelope_sha256, stored->blob_sha256,
                                             stored->evidence_sha256});
        }
        return true;
      });
  const auto found = impl.stored_digests.find(id.value);
  return found == impl.stored_digests.end() ? nullptr : &found->second;
}

[[noreturn]] void planted(const base::CaseId& id, std::string_view what) {
  throw base::Error(
      base::ExitCode::data, fmt::format("{}, as the ledger's case.stored entry has it", what),
      "case " + id.value, "the case was planted or swapped; it must not be reviewed or reported");
}

base::Bytes envelope_of(CaseStore::Impl& impl, const base::CaseId& id) {
  sqlite::Statement select(
      impl.database,
      "SELECT envelope FROM cases WHERE id = ? AND state NOT IN ('pending', 'purged')");
  select.bind(1, id.value);
  if (!select.step() || select.is_null(0)) {
    throw base::Error(base::ExitCode::no_input, "there is no such case", "case " + id.value);
  }
  return select.blob(0);
}

void check_blob(CaseStore::Impl& impl, const base::CaseId& id, const std::string& name,
                const std::string& expected) {
  const std::optional<std::string> digest = blob_digest(impl.blobs.get(), name);
  if (!digest || *digest != expected) planted(id, "its blob is not the one that was stored");
}

}  // namespace

Opened CaseStore::open_case(const CaseRow& row, const crypto::PrivateKey& key,
                            const crypto::Certificate& certificate, std::string_view purpose,
                            std::string_view tool) {
  Impl& impl = *impl_;
  const std::vector<std::string> purposes = live_purposes(impl.database, row.id);
  if (std::find(purposes.begin(), purposes.end(), purpose) == purposes.end()) {
    std::string live;
    for (const std::string& name : purposes) live += (live.empty() ? "" : ", ") + name;
    throw base::Error(
        base::ExitCode::usage,
        fmt::format("'{}' is no live storage purpose of it, those are: {} (ST-05)", purpose, live),
        "case " + row.id.value);
  }
  const Impl::StoredDigests* digests = digests_in_ledger(impl, row.id);
  if (digests == nullptr) planted(row.id, "it was never stored");
  const base::Bytes envelope = envelope_of(impl, row.id);
  if (crypto::sha256_hex(base::as_text(envelope)) != digests->envelope) {
    planted(row.id, "its envelope is not the one that was stored");
  }
  check_blob(impl, row.id, row.blob, digests->blob);
  if (row.evidence_blob.empty() != digests->evidence.empty())
    planted(row.id, "its evidence is not the one that was stored");
  if (!row.evidence_blob.empty()) check_blob(impl, row.id, row.evidence_blob, digests->evidence);

  impl.ledger->append(
      to_entry(ledger::CaseAccessed{row.id, std::string(purpose), "review", {}}, tool));
  return open_envelope(row.id, envelope, key, certificate);
}

void CaseStore::read_blob(const CaseRow& row, const Opened& opened,
                          const std::function<void(std::span<const std::byte>)>& write) const {
  read_blob_file(impl_->blobs.get(), row.blob, row.id, BlobPart::content, opened.key, write);
}

void CaseStore::read_evidence(const CaseRow& row, const Opened& opened,
                              const std::function<void(std::span<const std::byte>)>& write) const {
  if (row.evidence_blob.empty()) return;
  read_blob_file(impl_->blobs.get(), row.evidence_blob, row.id, BlobPart::evidence,
                 opened.evidence_key, write);
}

}  // namespace proviso::vault
