// Cases in SQLite: one file, vault.db, in the vault's folder. Tables: schema.cc.
//
// File locks beside the database (writers.h, purge.lock) show which writers and purges are alive:
// the kernel drops the lock of a process that was killed. Only the files of this folder use them.
#pragma once

#include <chrono>
#include <filesystem>

#include "sqlite/database.h"
#include "vault/case_database.h"

namespace proviso::vault {

constexpr std::string_view kDatabaseName = "vault.db";

class SqliteCaseDatabase final : public CaseDatabase {
 public:
  static void create(const std::filesystem::path& folder, Mode);
  // Opens and migrates. `busy` is how long a verb waits for other connections.
  explicit SqliteCaseDatabase(const std::filesystem::path& folder,
                              std::chrono::milliseconds busy = std::chrono::seconds(10));

  Mode mode() const override { return mode_; }
  std::string bind_origin(std::string_view origin) override;
  std::unique_ptr<Writer> enrol_writer() override;
  std::vector<Abandoned> abandoned(const base::CaseId& after, std::size_t limit) override;

  ReplayKeys replay_keys(base::Instant now) override;
  std::optional<std::vector<std::optional<Replay>>> admit(std::span<const std::int64_t> keys,
                                                          std::span<const Admission>, const Writer&,
                                                          base::Instant now) override;
  std::optional<std::vector<std::optional<Replay>>> settle(std::span<const std::int64_t> keys,
                                                           std::size_t today,
                                                           std::span<const Settlement>,
                                                           base::Instant now) override;
  void withdraw(std::span<const base::CaseId>) override;
  std::optional<CaseRow> shorten(const base::CaseId&, base::Instant identified_at,
                                 const Expiry&) override;

  std::optional<CaseRow> find(const base::CaseId&) override;
  std::vector<CaseRow> page(const CaseRow* after, std::size_t limit) override;
  std::uint64_t count() override;
  std::optional<base::Bytes> envelope(const base::CaseId&) override;
  std::vector<std::string> decisions(const base::CaseId&) override;
  std::vector<std::string> live_purposes(const base::CaseId&) override;
  void change(const base::CaseId&, const std::function<void(CaseChange&)>&) override;

  std::vector<OutboxLine> undelivered(std::string_view origin, std::size_t limit) override;
  void delivered(std::span<const OutboxLine>) override;

  std::unique_ptr<Lease> lease(bool wait) override;
  std::vector<Tombstone> bury(std::span<const Burial>, base::Instant now) override;
  std::vector<Tombstone> tombstones(const base::CaseId& after, std::size_t limit) override;
  bool scrub() override;
  void forget(std::span<const base::CaseId>) override;
  std::vector<std::string> unowned_blobs(std::string_view store,
                                         std::span<const std::string> names) override;
  void sweep_replays(base::Instant now) override;

 private:
  std::filesystem::path folder_;
  sqlite::Database database_;
  Mode mode_;
};

}  // namespace proviso::vault
