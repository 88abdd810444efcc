// What the entries of a log come to, as far as a start needs it: what people with the oversight
// role signed, decisions by day, and the cases that live.
//
// It is derived from entries alone, and says nothing of a policy: who may sign, and what closes a
// gate, is judged by today's. So the same entries always give the same summary, and snapshot.h can
// keep that of the first entries for those who start later.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "ledger/ledger.h"
#include "ledger/snapshot.h"
#include "ledger/verified_entries.h"

namespace proviso::ledger {

class Summary {
 public:
  // Decisions of one UTC day (days since 1970) that so many resume acts came before, signed well or
  // not.
  struct Period {
    std::int64_t day = 0;
    std::uint64_t resumes = 0;
    auto operator<=>(const Period&) const = default;
  };
  struct Decisions {
    std::uint64_t all = 0, errors = 0;  // errors: is_error() of error_rate.h
    bool operator==(const Decisions&) const = default;
  };
  struct Technology {
    std::vector<StoredEntry> acts;          // law.overseen, law.halted, law.resumed; oldest first
    std::uint64_t resumes = 0;              // of these
    std::map<Period, Decisions> decisions;  // a case counts once, by its last
  };

  // From the newest snapshot on, or, so that none is believed, from the first entry.
  enum class Start { snapshot, first_entry };
  explicit Summary(Start start = Start::snapshot) : start_(start) {}

  const Corrections& corrections() const { return corrections_; }
  const std::vector<StoredEntry>& rotations() const { return rotations_; }  // ledger.key-rotated

  // Takes in the entries from size() on: the first time from the newest snapshot on whose digest
  // stands in its entry, where there is one. True when there was anything new. Error(check_failed)
  // as VerifiedEntries::read(), and when a snapshot was changed; Error(data) for an entry that
  // cannot be read.
  bool advance(const VerifiedEntries&);
  // Takes in an entry, the next of those whose event takes().
  void take(const StoredEntry&);
  void take(const CaseStored&, std::uint64_t index);  // the same, of one that was read
  static bool takes(std::string_view event);

  std::uint64_t size() const { return size_; }  // entries taken in
  const Technology* technology(std::string_view name) const;
  // The index of the first case.stored of a case that was not purged since. Error(check_failed).
  std::optional<std::uint64_t> stored_at(const base::CaseId&) const;

  // Of the first `size` entries, which were taken in. Error(check_failed) when the snapshot that
  // this began with was changed.
  SnapshotFile snapshot(std::uint64_t size) const;
  // Goes on from what snapshot() made of these entries: of cases that live it needs least memory.
  void rest_on(Snapshot);

 private:
  void take_act(const Overseen&, const StoredEntry&);
  void take_decision(const CaseDecided&, base::Instant);
  void take_purge(const SnapshotKey&);
  void take_correction(const ClockCorrected&, std::uint64_t index);
  std::optional<SnapshotCase> find(const SnapshotKey&) const;
  void start_from(Snapshot);

  Start start_;
  std::uint64_t size_ = 0;
  std::map<std::string, Technology, std::less<>> technologies_;
  Corrections corrections_;
  std::vector<StoredEntry> rotations_;
  std::optional<Snapshot> begun_;  // with its cases, which stay on disk
  std::unordered_map<SnapshotKey, std::optional<SnapshotCase>, HashSnapshotKey>
      cases_;  // since; nullopt: purged since
};

}  // namespace proviso::ledger
