#include "ledger/ledger.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>

#include "base/file.h"
#include "crypto/random.h"
#include "ledger/append_queue.h"
#include "ledger/checkpoint.h"
#include "ledger/documents.h"
#include "ledger/facts.h"
#include "ledger/head.h"
#include "ledger/line.h"
#include "ledger/merkle.h"
#include "ledger/segments.h"
#include "ledger/snapshot.h"
#include "ledger/stored_hashes.h"
#include "ledger/summary.h"
#include "ledger/verified_entries.h"

namespace proviso::ledger {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kMacLabel = "proviso ledger MAC key 1";
constexpr std::string_view kLockName = "lock";
constexpr std::size_t kCommonBytes = 1024;  // more than the common members of a line have

}  // namespace

struct Ledger::Impl {
  // What an appender knows of the newest entry.
  struct Tail {
    Place end;  // where the next begins
    base::Instant time;
  };

  fs::path directory;
  std::shared_ptr<const crypto::PrivateKey> key;  // null: reading only
  std::optional<crypto::PublicKey> public_key;
  std::optional<Head> newest;
  bool rehearsal = false;

  mutable std::mutex mutex;                                // guards all below
  mutable std::shared_ptr<const VerifiedEntries> entries;  // of the newest head that was read
  std::optional<Tail> tail;                                // of `entries`
  std::uint64_t durable_size = 0;       // of the head that this process made or saw durable
  mutable base::SecretBytes mac_key;    // empty until it is asked for
  std::unordered_set<std::string> ids;  // of the entries [ids_from, ids_to)
  std::uint64_t ids_from = 0, ids_to = 0;
  // After a group that others had a part in: they are about to come again, and who does not wait
  // for them makes them wait for the group after the next.
  std::chrono::nanoseconds pause_for_others{};
  std::uint64_t snapshot_due = kSnapshotEntries;  // at this size, if no other process makes one

  Checkpoint head() const { return newest->read(); }

  // Refuses what lies beside the entries. While others append, a file can be newer than the head
  // that was read before.
  Checkpoint checked_head() const {
    for (;;) {
      Checkpoint read = head();
      try {
        check_segment_files(directory, read.size);
        return read;
      } catch (const base::Error&) {
        if (head().size == read.size) throw;
      }
    }
  }

  // The entries of the newest checkpoint, which must be those that this process read before, and
  // more. With the mutex held.
  std::shared_ptr<const VerifiedEntries> verified(StoredHashes* keep = nullptr) const {
    Checkpoint checkpoint = head();
    if (entries && entries->checkpoint().size == checkpoint.size &&
        entries->checkpoint().root == checkpoint.root &&
        (keep == nullptr || entries->is_stored())) {
      return entries;
    }
    auto next = std::make_shared<const VerifiedEntries>(directory, std::move(checkpoint), keep);
    if (entries) next->require_extends(entries->checkpoint(), "what was read before");
    entries = next;
    return next;
  }

  // Of `before`, which the holder of the lock has verified: nothing else says where to write.
  Tail tail_of(const VerifiedEntries& before) const {
    Tail found;
    found.end = before.end();
    if (const std::uint64_t size = before.checkpoint().size; size > 0) {
      before.read(size - 1, [&](std::uint64_t index, std::string_view line) {
        found.time = entry_of(index, line).time;
        return true;
      });
    }
    return found;
  }

  // Cuts what is behind the checkpoint: it was never acknowledged. Returns the number of bytes
  // cut.
  std::uint64_t cut_unacknowledged(Place end) const {
    std::uint64_t cut = 0;
    const fs::path segment = segment_path(directory, end.index);
    const fs::path next =
        segment_path(directory, (end.index / kSegmentEntries + 1) * kSegmentEntries);
    std::error_code error;
    const std::uint64_t size = segment_size(directory, end.index);
    const bool begun = fs::exists(fs::symlink_status(next, error));
    if (size > end.offset || begun) {
      // A slot is written whole or not at all, as a note is shorter than a sector: one that was
      // damaged may be the head that covers these bytes.
      if (std::vector<base::Finding> damage = newest->damaged_slots(); !damage.empty())
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
      base::sync_directory(directory / "entries");
    }
    if (size > end.offset) {
      if (::truncate(segment.c_str(), static_cast<off_t>(end.offset)) != 0)
        base::throw_errno(errno, "cannot be cut back to the checkpoint", segment.string());
      cut += size - end.offset;
    }
    return cut;
  }

  // Knows the ids of all entries from `from` on.
  void learn_ids(const VerifiedEntries& before, std::uint64_t from) {
    const bool is_large = ids_to - ids_from > 2 * kSegmentEntries;
    if (ids_from == ids_to || from < ids_from || (is_large && from > ids_from + kSegmentEntries)) {
      ids.clear();
      ids_from = ids_to = std::min(from, before.checkpoint().size);
    }
    ids_to = before.read(ids_to, [&](std::uint64_t index, std::string_view line) {
      ids.insert(entry_of(index, line).event_id);
      return true;
    });
  }

  // Writes the lines behind `end`, segment by segment, and makes them durable. Returns where the
  // next begins.
  Place write_lines(Place end, const std::vector<std::string>& lines) const {
    std::size_t at = 0;
    while (at < lines.size()) {
      const std::uint64_t room = kSegmentEntries - end.index % kSegmentEntries;
      const std::size_t count =
          static_cast<std::size_t>(std::min<std::uint64_t>(room, lines.size() - at));
      std::string text;
      for (std::size_t i = at; i < at + count; ++i) text += lines[i] + "\n";
      const fs::path segment = segment_path(directory, end.index);
      const bool is_new = end.offset == 0;
      const base::UniqueFd fd(
          ::open(segment.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
      if (!fd) base::throw_errno(errno, "cannot be opened for appending", segment.string());
      base::write_all(fd.get(), text, segment.string());
      if (::fdatasync(fd.get()) != 0)
        base::throw_errno(errno, "cannot be made durable", segment.string());
      if (is_new) base::sync_directory(directory / "entries");
      end.index += count;
      end.offset = end.index % kSegmentEntries == 0 ? 0 : end.offset + text.size();
      at += count;
    }
    return end;
  }

  // Appends lines to the tree of `before` and signs it.
  void commit(Tree tree, const std::string& origin, const Tail& from,
              const std::vector<std::string>& lines, const crypto::PrivateKey& signer) {
    const Place end = write_lines(from.end, lines);
    StoredHashes hashes(directory);
    for (const std::string& line : lines) tree.push(leaf_hash(line), &hashes);
    hashes.flush();
    const Checkpoint checkpoint{origin, tree.size(), tree.root()};
    newest->write(sign_checkpoint(checkpoint, signer, *public_key), checkpoint);
    entries = std::make_shared<const VerifiedEntries>(directory, checkpoint, std::move(tree));
    tail = Tail{end, from.time};
    durable_size = checkpoint.size;
  }

  // With the lock held: makes a snapshot durable where one is due, and returns its entry, which is
  // to be the next. Without one everybody reads more and nothing else: no append fails for it.
  std::optional<Entry> snapshot_entry(const VerifiedEntries& before) {
    const std::uint64_t size = before.checkpoint().size;
    if (size < snapshot_due) return std::nullopt;
    try {
      const auto last = Snapshot::newest(before);
      const std::uint64_t cases = last ? last->head().cases : 0;
      snapshot_due = (last ? last->head().size : 0) + std::max(kSnapshotEntries, cases / 8);
      if (size < snapshot_due) return std::nullopt;
      snapshot_due = size + kSnapshotEntries;
      const SnapshotFile file = snapshot_of(before);
      write_snapshot(directory, file);
      return to_entry(file.taken, "ledger");
    } catch (const base::Error&) {
      return std::nullopt;
    }
  }

  static SnapshotFile snapshot_of(const VerifiedEntries& before) {
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

  // Whether the entries of a writer that waits may be appended for it. It is not asked to wait for
  // long: ids that are to be looked for far back, it looks for itself.
  static bool is_acceptable(const QueuedWriter& writer, std::uint64_t size) {
    return std::all_of(writer.entries().begin(), writer.entries().end(), [&](const Entry& entry) {
      return !entry.event_id.empty() && entry.id_since <= size &&
             size - entry.id_since <= kSegmentEntries &&
             entry.members.size() + kCommonBytes <= kMaxEntryBytes;
    });
  }

  // With the lock held: all in one group, with those of the writers that wait for the lock.
  void append(const std::vector<Entry>& wanted) {
    StoredHashes hashes(directory);
    const std::shared_ptr<const VerifiedEntries> before = verified(&hashes);
    const std::uint64_t size = before->checkpoint().size;
    if (size != durable_size) {
      // Of another process, which may have died before its head was durable.
      newest->sync();
      durable_size = size;
    }
    // What is known of the end is used only while the file has that end: else the last block is
    // read and hashed again before anything is cut or written.
    if (!tail || tail->end.index != size ||
        segment_size(directory, tail->end.index) != tail->end.offset) {
      tail = tail_of(*before);
      std::error_code ignored;  // of an earlier build, which kept a cache there
      fs::remove(directory / "tree", ignored);
    }
    Tail now = *tail;
    std::vector<Entry> all;
    const std::optional<Entry> snapshot = snapshot_entry(*before);
    if (snapshot) all.push_back(*snapshot);
    if (const std::uint64_t cut = cut_unacknowledged(now.end); cut != 0)
      all.push_back(to_entry(Recovered{cut}, "ledger"));
    all.insert(all.end(), wanted.begin(), wanted.end());
    std::this_thread::sleep_for(pause_for_others);
    const auto start = std::chrono::steady_clock::now();
    std::vector<QueuedWriter> waiting = QueuedWriter::all(directory, [&] { return macs(); });
    std::erase_if(waiting,
                  [&](const QueuedWriter& writer) { return !is_acceptable(writer, size); });
    for (const QueuedWriter& writer : waiting)
      all.insert(all.end(), writer.entries().begin(), writer.entries().end());

    now.time = std::max(now.time, base::now());  // time in entries never goes back
    std::unordered_set<std::string> added;
    const std::vector<std::string> lines = lines_of(all, *before, now.time, added);
    if (!lines.empty()) commit(before->tree(), before->checkpoint().origin, now, lines, *key);
    if (ids_from < ids_to && ids_to == size) {
      ids.merge(added);
      ids_to += lines.size();
    }
    for (const QueuedWriter& writer : waiting) writer.acknowledge();
    pause_for_others = {};
    if (!waiting.empty()) pause_for_others = (std::chrono::steady_clock::now() - start) / 8;
    if (snapshot) remove_old_snapshots(*entries);
  }

  // The lines of those whose ids are not in the log yet; `added` gets these.
  std::vector<std::string> lines_of(const std::vector<Entry>& wanted, const VerifiedEntries& before,
                                    base::Instant time, std::unordered_set<std::string>& added) {
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
      if (!entry.event_id.empty() && ids.count(id) != 0) continue;
      if (!added.insert(id).second) continue;
      lines.push_back(line_of(size + lines.size(), time, entry, id));
      if (lines.back().size() > kMaxEntryBytes)
        throw base::Error(base::ExitCode::software, "a ledger entry over 1 MiB");
    }
    return lines;
  }

  // While another process holds the lock: leaves the entries for it to append, and appends them
  // here if it does not.
  void append_queued(std::vector<Entry> wanted) {
    const std::uint64_t size = verified()->checkpoint().size;
    for (Entry& entry : wanted) {
      if (!entry.event_id.empty()) continue;
      entry.event_id = crypto::random_hex(16);
      entry.id_since = size;
    }
    std::optional<QueuedEntries> queued;
    try {
      queued.emplace(directory, wanted, macs());
    } catch (const base::Error&) {
      // A folder that cannot be written costs time, and nothing else.
    }
    const auto is_done = [&] { return queued && queued->acknowledged(); };
    const auto lock = base::FileLock::take_unless(directory / kLockName, is_done);
    if (is_done()) return;
    queued.reset();  // or this process would append them twice
    append(wanted);
  }

  std::span<const std::byte> macs() const {
    if (mac_key.empty()) {
      // An Ed25519 signature is the same each time (RFC 8032), and a token that keeps the key makes
      // it too.
      const base::Bytes secret = key->sign(kMacLabel);
      mac_key = crypto::hkdf_sha256(secret, kMacLabel);
    }
    return std::as_const(mac_key).span();
  }
};

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

void Ledger::create(const fs::path& directory, const Identity& identity,
                    const crypto::PrivateKey& key, std::string_view instrument) {
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error)) {
    throw base::Error(base::ExitCode::cannot_create, "is not empty", directory.string());
  }
  const bool ends_so =
      identity.origin.size() > kRehearsalSuffix.size() &&
      identity.origin.substr(identity.origin.size() - kRehearsalSuffix.size()) == kRehearsalSuffix;
  if (ends_so != identity.rehearsal || identity.origin.find_first_of("\n+ ") != std::string::npos) {
    throw base::Error(base::ExitCode::config, "the origin '" + identity.origin +
                                                  "' does not fit the mode, or holds a blank");
  }
  for (const char* part : {"entries", "documents", "open", "hashes"}) {
    fs::create_directories(directory / part, error);
    if (error)
      throw base::Error(base::ExitCode::cannot_create, error.message(),
                        (directory / part).string());
  }
  Impl impl;
  impl.directory = directory;
  impl.public_key = crypto::PublicKey::of(key);
  impl.newest.emplace(directory, *impl.public_key);
  const Entry entry =
      to_entry(Created{identity.origin, std::string(instrument), identity.rehearsal}, "init");
  const base::Instant now = base::now();
  impl.commit({}, identity.origin, {{}, now}, {line_of(0, now, entry, crypto::random_hex(16))},
              key);
}

Ledger Ledger::open_to_read(const fs::path& directory, const crypto::PublicKey& key) {
  auto impl = std::make_unique<Impl>();
  impl->directory = directory;
  impl->public_key = crypto::PublicKey::from_pem(key.pem());
  impl->newest.emplace(directory, key);
  const std::string origin = impl->checked_head().origin;
  impl->rehearsal = origin.size() > kRehearsalSuffix.size() &&
                    origin.substr(origin.size() - kRehearsalSuffix.size()) == kRehearsalSuffix;
  return Ledger(std::move(impl));
}

Ledger Ledger::open_to_append(const fs::path& directory,
                              std::shared_ptr<const crypto::PrivateKey> key, bool rehearsal) {
  Ledger ledger = open_to_read(directory, crypto::PublicKey::of(*key));
  ledger.impl_->key = std::move(key);
  if (ledger.impl_->rehearsal != rehearsal) {
    throw base::Error(base::ExitCode::config,
                      ledger.impl_->rehearsal
                          ? "a rehearsal ledger, and the policy's mode is production"
                          : "a production ledger, and the policy's mode is rehearsal",
                      directory.string());
  }
  return ledger;
}

void Ledger::append(const std::vector<Entry>& entries) {
  if (!impl_->key)
    throw base::Error(base::ExitCode::software, "the ledger was opened for reading only");
  const std::lock_guard guard(impl_->mutex);
  if (const auto lock =
          base::FileLock::take_unless(impl_->directory / kLockName, [] { return true; })) {
    impl_->append(entries);
  } else {
    impl_->append_queued(entries);
  }
}

std::shared_ptr<const VerifiedEntries> Ledger::entries() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->verified();
}

std::uint64_t Ledger::read(std::uint64_t from,
                           const std::function<bool(const StoredEntry&)>& visit) const {
  return entries()->read(from, [&](std::uint64_t index, std::string_view line) {
    return visit(entry_of(index, line));
  });
}

Checkpoint Ledger::checkpoint() const { return impl_->head(); }

std::string Ledger::checkpoint_note() const {
  std::string note = impl_->newest->note();
  impl_->newest->sync();
  return note;
}

std::uint64_t Ledger::durable_size() const {
  const std::uint64_t size = impl_->head().size;
  impl_->newest->sync();
  return size;
}

void Ledger::require_extends(std::string_view note, std::string_view name) const {
  entries()->require_extends(verify_checkpoint(note, *impl_->public_key, name), name);
}

std::optional<StoredEntry> Ledger::last() const {
  std::optional<StoredEntry> entry;
  const auto all = entries();
  if (all->checkpoint().size == 0) return entry;
  all->read(all->checkpoint().size - 1, [&](std::uint64_t index, std::string_view line) {
    entry = entry_of(index, line);
    return true;
  });
  return entry;
}

std::vector<std::string> Ledger::keep_documents(std::span<const std::string_view> documents) {
  const fs::path directory = documents_of(impl_->directory);
  std::vector<std::string> digests;
  bool found = false;
  for (const std::string_view bytes : documents) {
    const fs::path path = directory / digests.emplace_back(crypto::sha256_hex(bytes));
    if (bytes.size() > base::kMaxDocumentBytes)
      throw base::Error(base::ExitCode::data, "larger than a document may be", path.string());
    std::error_code error;
    if (!fs::exists(fs::symlink_status(path, error))) {
      base::write_file_atomically(path, bytes, 0644);
    } else if (read_document(path)) {
      found = true;
    } else {
      throw base::Error(base::ExitCode::check_failed, std::string(kChangedDocument), path.string());
    }
  }
  // Whoever kept it may have died between naming it and making the name durable.
  if (found) base::sync_directory(directory);
  return digests;
}

std::string Ledger::keep_document(std::string_view bytes) {
  return keep_documents({&bytes, 1}).front();
}

const fs::path& Ledger::directory() const { return impl_->directory; }
bool Ledger::rehearsal() const { return impl_->rehearsal; }

std::span<const std::byte> Ledger::mac_key() const {
  if (!impl_->key) return {};
  const std::lock_guard guard(impl_->mutex);
  return impl_->macs();
}

}  // namespace proviso::ledger
