// Inside of the case store, shared by the files that implement it and by purge.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sqlite/database.h"
#include "vault/case_store.h"
#include "vault/writer_locks.h"

namespace proviso::vault {

struct CaseStore::Impl {
  std::filesystem::path directory;
  bool rehearsal = false;
  ledger::Ledger* ledger = nullptr;
  sqlite::Database database;
  base::UniqueFd blobs;
  std::unique_ptr<WriterLock> writer;  // from the first store() on

  // What case.stored said, read from the ledger as it grows.
  struct StoredDigests {
    std::string envelope, blob, evidence;
  };
  std::map<std::string, StoredDigests> stored_digests;
  std::uint64_t ledger_position = 0;

  Impl(std::filesystem::path path, bool is_rehearsal, ledger::Ledger* its_ledger)
      : directory(std::move(path)),
        rehearsal(is_rehearsal),
        ledger(its_ledger),
        database(directory / "vault.db", sqlite::Database::Mode::read_write),
        blobs(base::open_directory(directory / "blobs")) {}

  void sync_blobs() { base::sync(blobs.get(), (directory / "blobs").string()); }
};

// The columns that row_of() reads, in its order.
extern const std::string kRowColumns;
CaseRow row_of(sqlite::Database&, sqlite::Statement&, bool rehearsal);
std::vector<std::string> live_purposes(sqlite::Database&, const base::CaseId&);
// Error(no_input) when there is no such case.
CaseRow require_case(CaseStore::Impl&, const base::CaseId&);
void bind_instant(sqlite::Statement&, int index, const std::optional<base::Instant>&);

}  // namespace proviso::vault
