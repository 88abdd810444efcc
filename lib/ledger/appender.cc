#include "ledger/appender.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <thread>
#include <utility>

#include "base/file.h"
#include "crypto/random.h"
#include "ledger/checkpoint.h"
#include "ledger/events.h"
#include "ledger/facts.h"
#include "ledger/key_rotation.h"
#include "ledger/line.h"
#include "ledger/merkle.h"
#include "ledger/open_counts.h"
#include "ledger/summary.h"

namespace proviso::ledger {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kMacLabel = "proviso ledger MAC key 1";
constexpr std::size_t kNumberDigits = 20;  // of `n`, at the most
constexpr std::chrono::milliseconds kLongestPause{2};
constexpr std::size_t kSectorBytes = 512;  // which a disk writes whole or not at all

// Of entries that the holder of the lock has verified.
base::Instant time_of_last(const VerifiedEntries& entries) {
  base::Instant time;
  if (const std::uint64_t size = entries.checkpoint().size; size > 0) {
    entries.read(size - 1, [&](std::uint64_t index, std::string_view line) {
      time = entry_of(index, line).time;
      return true;
    });
  }
  return time;
}

// To append, and made where there is none. Error(check_failed) for anything else of that name.
base::UniqueFd open_segment(const fs::path& path) {
  base::UniqueFd fd(::open(
      path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644));
  struct stat status {};
  const bool is_file = fd && ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode);
  if ((fd && !is_file) || (!fd && (errno == ELOOP || errno == ENXIO)))
    throw base::Error(base::ExitCode::check_failed, "not a regular file", path.string());
  if (!fd) base::throw_errno(errno, "cannot be opened for appending", path.string());
  return fd;
}

SnapshotFile snapshot_of(const VerifiedEntries& before) {
  try {
    Summary summary;
    summary.advance(before);
    return summary.snapshot(summary.size());
  } catch (const base::Error&) {  // a snapshot that was changed
    Summary summary(Summary::Start::first_entry);
    summary.advance(before);
    return summary.snapshot(summary.size());
  }
}

// Whether the entries of a writer that waits may be appended for it. What would fail, it is to fail
// with itself; and ids that are to be looked for far back, it looks for itself.
bool is_acceptable(const QueuedWriter& writer, std::uint64_t size) {
  return std::all_of(writer.entries().begin(), writer.entries().end(), [&](const Entry& entry) {
    if (entry.event_id.empty() || entry.id_since > size || size - entry.id_since > kSegmentEntries)
      return false;
    try {
      const std::string line = line_of(size, base::now(), entry, entry.event_id);
      return line.size() + kNumberDigits <= kMaxEntryBytes;
    } catch (const std::exception&) {
      return false;
    }
  });
}

}  // namespace

void Appender::begin_log(const std::string& origin, const Entry& first) {
  const base::Instant now = base::now();
  write_group({}, origin, {{}, now}, {line_of(0, now, first, crypto::random_hex(16))}, nullptr);
}

void Appender::append(const std::vector<Entry>& wanted) {
  const auto lock = base::FileLock::take_unless(log_.directory() / kLockName, [] { return true; });
  if (lock)
    append_locked(wanted);
  else
    append_queued(wanted);
}

// With the lock held: all in one group, with those of the writers that wait for the lock.
void Appender::append_locked(const std::vector<Entry>& wanted) {
  StoredHashes hashes(log_.directory());
  auto [before, now, cut] = begin(hashes);
  std::vector<Entry> all = own_entries(*before, cut);
  all.insert(all.end(), wanted.begin(), wanted.end());
  std::this_thread::sleep_for(pause_for_others_);
  const auto start = std::chrono::steady_clock::now();
  std::vector<QueuedWriter> waiting =
      QueuedWriter::all(log_.directory(), [&] { return mac_key(); });
  const std::uint64_t size = before->checkpoint().size;
  std::erase_if(waiting, [&](const QueuedWriter& writer) { return !is_acceptable(writer, size); });
  for (const QueuedWriter& writer : waiting)
    all.insert(all.end(), writer.entries().begin(), writer.entries().end());

  commit(*before, now, all);
  for (const QueuedWriter& writer : waiting) writer.acknowledge();
  pause_for_others_ = {};
  if (!waiting.empty()) {
    pause_for_others_ = std::min<std::chrono::nanoseconds>(
        (std::chrono::steady_clock::now() - start) / 8, kLongestPause);
  }
}

// What the ledger itself has to say before others: a snapshot must have the first entry.
std::vector<Entry> Appender::own_entries(const VerifiedEntries& before, std::uint64_t cut) {
  std::vector<Entry> own;
  if (auto snapshot = snapshot_entry(before)) own.push_back(std::move(*snapshot));
  if (cut != 0) own.push_back(to_entry(Recovered{cut}, "ledger"));
  return own;
}

// Appends what is not there yet, with the ids that it makes known.
void Appender::commit(const VerifiedEntries& before, Tail now, const std::vector<Entry>& all,
                      const crypto::PrivateKey* next) {
  const std::uint64_t size = before.checkpoint().size;
  std::unordered_set<std::string> added;
  try {
    const std::vector<std::string> lines = lines_of(all, before, now.time, added);
    if (lines.empty()) return;
    write_group(before.tree(), before.checkpoint().origin, now, lines, next);
  } catch (...) {
    drop_snapshot();
    throw;
  }
  if (ids_from_ < ids_to_ && ids_to_ == size) {
    ids_.merge(added);
    ids_to_ += added.size();
  }
  if (!new_snapshot_) return;
  snapshot_due_ = new_snapshot_->size + kSnapshotEntries;
  new_snapshot_.reset();
  try {
    remove_old_snapshots(*log_.entries());
  } catch (const base::Error&) {  // the entries are there; audit verify tells of what is left
  }
}

// Of a group that failed: nobody would name its file.
void Appender::drop_snapshot() {
  if (!new_snapshot_) return;
  try {
    remove_snapshot(log_.directory(), *new_snapshot_);
  } catch (const base::Error&) {
  }
  new_snapshot_.reset();
}

// While another process holds the lock: leaves the entries for it to append, and appends them
// here if it does not.
void Appender::append_queued(std::vector<Entry> wanted) {
  const std::uint64_t size = log_.entries()->checkpoint().size;
  for (Entry& entry : wanted) {
    if (!entry.event_id.empty()) continue;
    entry.event_id = crypto::random_hex(16);
    entry.id_since = size;
  }
  std::optional<QueuedEntries> queued;
  try {
    queued.emplace(log_.directory(), wanted, mac_key());
  } catch (const base::Error&) {
    // A folder that cannot be written costs time, and nothing else.
  }
  const auto is_done = [&] { return queued && queued->acknowledged(); };
  std::optional<base::FileLock> lock;
  try {
    lock = base::FileLock::take_unless(log_.directory() / kLockName, is_done);
  } catch (const base::Error&) {
    if (!is_done()) throw;
  }
  if (is_done()) return;
  queued.reset();  // or this process would append them twice
  append_locked(wanted);
}

void Appender::rotate_key(const crypto::PrivateKey& next) {
  if (crypto::PublicKey::of(next).raw() == log_.key().raw())
    throw base::Error(base::ExitCode::usage, "is the ledger's key already", "the new key");
  const auto lock = base::FileLock::take_within(log_.directory() / kLockName);
  // Their MAC is of the old key, which nobody will have. A stage makes its file under this lock.
  if (const fs::path open = log_.directory() / "open"; !OpenCountsFile::list(open).empty()) {
    throw base::Error(base::ExitCode::temp_fail, "counts of a run are in progress", open.string(),
                      "end the stages; scope-check and retain take in what others left");
  }
  StoredHashes hashes(log_.directory());
  const auto [before, now, cut] = begin(hashes);
  const Checkpoint& from = before->checkpoint();
  std::vector<Entry> all = own_entries(*before, cut);
  all.push_back(to_entry(rotation_of(from.origin, from.size + all.size(), *key_, next), "policy"));
  commit(*before, now, all, &next);
}

std::span<const std::byte> Appender::mac_key() {
  if (mac_key_.empty()) {
    // An Ed25519 signature is the same each time (RFC 8032), and a token that keeps the key makes
    // it too.
    const base::Bytes secret = key_->sign(kMacLabel);
    mac_key_ = crypto::hkdf_sha256(secret, kMacLabel);
  }
  return std::as_const(mac_key_).span();
}

// The lines of those whose ids are not in the log yet; `added` gets these.
std::vector<std::string> Appender::lines_of(const std::vector<Entry>& wanted,
                                            const VerifiedEntries& before, base::Instant& time,
                                            std::unordered_set<std::string>& added) {
  const std::uint64_t size = before.checkpoint().size;
  std::optional<std::uint64_t> since;
  for (const Entry& entry : wanted) {
    if (!entry.event_id.empty()) since = std::min(since.value_or(entry.id_since), entry.id_since);
  }
  // A size that the log does not have yet is that of a head which a power cut took back.
  if (since) learn_ids(before, *since > size ? 0 : *since);
  std::vector<std::string> lines;
  for (const Entry& entry : wanted) {
    const std::string id = entry.event_id.empty() ? crypto::random_hex(16) : entry.event_id;
    if (!entry.event_id.empty() && ids_.count(id) != 0) continue;
    if (!added.insert(id).second) continue;
    if (entry.event == event::kClockCorrected) time = base::now();
    lines.push_back(line_of(size + lines.size(), time, entry, id));
    if (lines.back().size() > kMaxEntryBytes)
      throw base::Error(base::ExitCode::software, "a ledger entry over 1 MiB");
  }
  return lines;
}

// Cuts what is behind the checkpoint: it was never acknowledged. Returns the number of bytes
// cut.
std::uint64_t Appender::cut_unacknowledged(Place end) const {
  std::uint64_t cut = 0;
  const fs::path segment = segment_path(log_.directory(), end.index);
  const fs::path next =
      segment_path(log_.directory(), (end.index / kSegmentEntries + 1) * kSegmentEntries);
  std::error_code error;
  const std::uint64_t size = segment_size(log_.directory(), end.index);
  const bool begun = fs::exists(fs::symlink_status(next, error));
  if (size > end.offset || begun) {
    // A slot is written whole or not at all, as a note is shorter than a sector: one that was
    // damaged may be the head that covers these bytes.
    if (std::vector<base::Finding> damage = log_.head().damaged_slots(); !damage.empty())
      throw base::Error(base::ExitCode::check_failed, std::move(damage),
                        "entries lie behind the other copies of the head; nothing is cut");
  }
  if (size < end.offset) {
    throw base::Error(base::ExitCode::check_failed,
                      "the segment ends before what the checkpoint covers: it was cut",
                      segment.string());
  }
  if (begun) {  // before the other, or what is left would look planted
    cut += fs::is_regular_file(next, error) ? fs::file_size(next, error) : 0;
    if (::unlink(next.c_str()) != 0)
      base::throw_errno(errno, "cannot be removed", next.string(), base::ExitCode::check_failed);
    base::sync_directory(log_.directory() / "entries");
  }
  if (size > end.offset) {
    const base::UniqueFd fd = open_segment(segment);
    if (::ftruncate(fd.get(), static_cast<off_t>(end.offset)) != 0)
      base::throw_errno(errno, "cannot be cut back to the checkpoint", segment.string());
    cut += size - end.offset;
  }
  return cut;
}

// Knows the ids of all entries from `from` on.
void Appender::learn_ids(const VerifiedEntries& before, std::uint64_t from) {
  const bool is_large = ids_to_ - ids_from_ > 2 * kSegmentEntries;
  if (ids_from_ == ids_to_ || from < ids_from_ ||
      (is_large && from > ids_from_ + kSegmentEntries)) {
    ids_.clear();
    ids_from_ = ids_to_ = std::min(from, before.checkpoint().size);
  }
  ids_to_ = before.read(ids_to_, [&](std::uint64_t index, std::string_view line) {
    ids_.insert(entry_of(index, line).event_id);
    return true;
  });
}

// Writes the lines behind `end`, segment by segment, and makes them durable. Returns where the
// next begins.
Place Appender::write_lines(Place end, const std::vector<std::string>& lines) const {
  std::size_t at = 0;
  while (at < lines.size()) {
    const std::uint64_t room = kSegmentEntries - end.index % kSegmentEntries;
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>(room, lines.size() - at));
    std::string text;
    for (std::size_t i = at; i < at + count; ++i) text += lines[i] + "\n";
    const fs::path segment = segment_path(log_.directory(), end.index);
    const bool is_new = end.offset == 0;
    const base::UniqueFd fd = open_segment(segment);
    base::write_all(fd.get(), text, segment.string());
    if (::fdatasync(fd.get()) != 0)
      base::throw_errno(errno, "cannot be made durable", segment.string());
    if (is_new) base::sync_directory(log_.directory() / "entries");
    end.index += count;
    end.offset = end.index % kSegmentEntries == 0 ? 0 : end.offset + text.size();
    at += count;
  }
  return end;
}

// What lies behind the entries is cut.
Appender::Beginning Appender::begin(StoredHashes& hashes) {
  Beginning found;
  found.before = log_.entries(&hashes);
  const std::uint64_t size = found.before->checkpoint().size;
  if (size != durable_size_) {
    // Of another process, which may have died before its head was durable.
    log_.head().sync();
    durable_size_ = size;
  }
  // What is known of the end is used only while the file has that end: else the last block is
  // read and hashed again before anything is cut or written.
  if (!tail_ || tail_->end.index != size ||
      segment_size(log_.directory(), tail_->end.index) != tail_->end.offset) {
    tail_ = Tail{found.before->end(), time_of_last(*found.before)};
    std::error_code ignored;  // of an earlier build, which kept a cache there
    fs::remove(log_.directory() / "tree", ignored);
  }
  found.now = *tail_;
  found.cut = cut_unacknowledged(found.now.end);
  found.now.time = std::max(found.now.time, base::now());  // never back, but for clock.corrected
  return found;
}

// Appends lines to the tree of `before` and signs it.
void Appender::write_group(Tree tree, const std::string& origin, const Tail& from,
                           const std::vector<std::string>& lines, const crypto::PrivateKey* next) {
  StoredHashes hashes(log_.directory());
  for (const std::string& line : lines) tree.push(leaf_hash(line), &hashes);
  Checkpoint checkpoint{origin, tree.size(), tree.root()};
  if (next != nullptr) checkpoint.next_key = crypto::PublicKey::of(*next).raw();
  std::string note = sign_checkpoint(checkpoint, *key_, log_.key());
  if (next != nullptr) note = sign_too(note, checkpoint, *next);
  if (next != nullptr && note.size() > kSectorBytes) {
    throw base::Error(base::ExitCode::config,
                      "the origin is too long: two signatures would not fit a sector",
                      log_.directory().string());
  }
  const Place end = write_lines(from.end, lines);
  hashes.flush();
  log_.head().write(note, checkpoint);
  // Nothing of the old key alone is left for who has the new one.
  if (next != nullptr) Head(log_.directory(), crypto::PublicKey::of(*next)).write(note, checkpoint);
  log_.set(std::make_shared<const VerifiedEntries>(log_.directory(), checkpoint, std::move(tree)));
  tail_ = Tail{end, from.time};
  durable_size_ = checkpoint.size;
}

// With the lock held: makes a snapshot durable where one is due, and returns its entry, which is
// to be the next. Without one everybody reads more and nothing else: no append fails for it.
std::optional<Entry> Appender::snapshot_entry(const VerifiedEntries& before) {
  const std::uint64_t size = before.checkpoint().size;
  if (size < snapshot_due_) return std::nullopt;
  try {
    const auto last = Snapshot::newest(before);
    const std::uint64_t cases = last ? last->head().cases : 0;
    snapshot_due_ = (last ? last->head().size : 0) + std::max(kSnapshotEntries, cases / 8);
    if (size < snapshot_due_) return std::nullopt;
    const SnapshotFile file = snapshot_of(before);
    write_snapshot(log_.directory(), file);
    new_snapshot_ = file.taken;
    return to_entry(file.taken, "ledger");
  } catch (const base::Error&) {
    snapshot_due_ = size + kSnapshotEntries;
    return std::nullopt;
  }
}

}  // namespace proviso::ledger
