#include "ledger/counts.h"

#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "crypto/random.h"
#include "ledger/open_counts.h"

namespace proviso::ledger {
namespace {

std::int64_t hour_of(base::Instant instant) { return instant.seconds / 3600; }

}  // namespace

std::string new_run() { return crypto::random_hex(16); }

struct Counts::Impl {
  struct Run {
    OpenCounts durable;
    std::map<CountKey, OpenCounts::Sum> pending;
    std::optional<OpenCountsFile> file;
  };

  Ledger* ledger;
  std::string tool;
  std::string writer = crypto::random_hex(8);
  std::map<std::string, Run> runs;

  std::filesystem::path open() const { return ledger->directory() / "open"; }

  // What is durable becomes an entry; the slots start from zero as the next part.
  void fold(Run& run) {
    if (!run.durable.counts.empty()) {
      ledger->append(run.durable.entry(false));
      ++run.durable.part;
      run.durable.counts.clear();
    }
  }

  void commit(const std::string& name, Run& run) {
    if (run.pending.empty()) return;
    const std::int64_t hour = hour_of(base::now());
    if (run.durable.hour != hour) fold(run);
    run.durable.tool = tool;
    run.durable.run = name;
    run.durable.writer = writer;
    run.durable.hour = hour;
    if (run.durable.counts.empty()) run.durable.since = ledger->durable_size();
    if (!run.file) {
      const base::FileLock lock = ledger->hold();
      run.file = OpenCountsFile::create(open(), writer, name, ledger->mac_key());
    }
    const std::vector<Pending> pending(run.pending.begin(), run.pending.end());
    make_durable(run, pending);
    run.pending.clear();
  }

  using Pending = std::pair<CountKey, OpenCounts::Sum>;

  bool write(Run& run, std::span<const Pending> more) {
    OpenCounts next = run.durable;
    for (const auto& [key, sum] : more) {
      next.counts[key].n += sum.n;
      next.counts[key].bytes += sum.bytes;
    }
    if (!run.file->write(next)) return false;
    run.durable = std::move(next);
    return true;
  }

  // Where there are more kinds of counts than a slot holds, the earlier ones become an entry.
  void make_durable(Run& run, std::span<const Pending> pending) {
    if (write(run, pending)) return;
    fold(run);
    if (write(run, pending)) return;
    if (pending.size() == 1)
      throw base::Error(base::ExitCode::software, "one count is larger than a slot");
    make_durable(run, pending.first(pending.size() / 2));
    make_durable(run, pending.subspan(pending.size() / 2));
  }

  void fold_dead_writers() {
    for (const std::filesystem::path& path : OpenCountsFile::list(open())) {
      const auto lock = OpenCountsFile::take_over(path);
      if (!lock) continue;
      if (const auto counts = OpenCountsFile::read(path, ledger->mac_key());
          counts && !counts->counts.empty()) {
        ledger->append(counts->entry(true));
      }
      std::error_code ignored;  // gone already when another process folded it just now
      std::filesystem::remove(path, ignored);
    }
  }
};

Counts::Counts(Ledger& ledger, std::string tool) : impl_(std::make_unique<Impl>()) {
  impl_->ledger = &ledger;
  impl_->tool = std::move(tool);
}

Counts::~Counts() = default;

void Counts::add(const std::string& run, const CountKey& key, std::uint64_t n,
                 std::uint64_t bytes) {
  OpenCounts::Sum& sum = impl_->runs[run].pending[key];
  sum.n += n;
  sum.bytes += bytes;
}

void Counts::commit() {
  for (auto& [name, run] : impl_->runs) impl_->commit(name, run);
}

void Counts::close() {
  commit();
  for (auto& [name, run] : impl_->runs) {
    impl_->fold(run);
    if (run.file) run.file->remove();
  }
  impl_->runs.clear();
  impl_->fold_dead_writers();
}

RunTotals run_totals(const Ledger& ledger, const std::string& run) {
  RunTotals totals;
  // Open files first: a writer that folds meanwhile is then seen twice at most, and the event id
  // shows it.
  std::map<std::string, OpenCounts> open;
  for (const std::filesystem::path& path : OpenCountsFile::list(ledger.directory() / "open")) {
    if (path.filename().string().find("." + run + ".") == std::string::npos) continue;
    const auto lock = OpenCountsFile::take_over(path);
    (lock ? totals.unclean : totals.open) = true;
    if (auto counts = OpenCountsFile::read(path, ledger.mac_key()); counts && counts->run == run) {
      open[counts->entry(false).event_id] = std::move(*counts);
    }
  }
  ledger.read(0, [&](const StoredEntry& entry) {
    if (entry.run != run) return true;
    const auto counts = read<CountsOfRun>(entry);
    if (!counts) return true;
    open.erase(entry.event_id);
    if (counts->unclean) totals.unclean = true;
    for (const CountRow& row : counts->rows) totals.counts[row.key] += row.n;
    return true;
  });
  for (const auto& [id, counts] : open) {
    for (const auto& [key, sum] : counts.counts) totals.counts[key] += sum.n;
  }
  return totals;
}

}  // namespace proviso::ledger
