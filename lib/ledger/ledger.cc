#include "ledger/ledger.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <mutex>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/file.h"
#include "crypto/random.h"
#include "json/json.h"
#include "ledger/checkpoint.h"
#include "ledger/facts.h"
#include "ledger/line.h"
#include "ledger/merkle.h"
#include "ledger/segments.h"

namespace proviso::ledger {
namespace {

namespace fs = std::filesystem;

}  // namespace

struct Ledger::Impl {
  // A note that was verified before is not verified again: a stage reads the head for every batch.
  Checkpoint verified_once(std::string_view note, const crypto::PublicKey& signer,
                           std::string_view name) const {
    const std::lock_guard guard(note_mutex);
    if (last_note.empty() || note != last_note) {
      last_head = verify_checkpoint(note, signer, name);
      last_note = note;
    }
    return last_head;
  }
  mutable std::mutex note_mutex;
  mutable std::string last_note;
  mutable Checkpoint last_head;

  fs::path directory;
  std::shared_ptr<const crypto::PrivateKey> key;  // null: reading only
  std::optional<crypto::PublicKey> public_key;
  bool rehearsal = false;

  std::mutex mutex;   // guards all below
  Frontier frontier;  // of the entries known to this process
  bool frontier_known = false;
  Place end;  // where entry frontier.size() begins
  base::Instant last_time;
  std::unordered_set<std::string> ids;  // of the entries below ids_read
  Place ids_read;
  Place last_read;  // where a reader that goes on will begin

  Checkpoint head() const {
    const fs::path path = directory / "checkpoint";
    return verified_once(base::read_file(path), *public_key, path.string());
  }

  // Brings frontier, end and last_time to the checkpoint, from the cache if its root is right,
  // else by reading on.
  void catch_up(const Checkpoint& checkpoint) {
    if (frontier_known && frontier.size() == checkpoint.size && frontier.root() == checkpoint.root)
      return;
    if (!(frontier_known && frontier.size() < checkpoint.size) && !load_cache(checkpoint)) {
      frontier = Frontier();
      end = Place();
    }
    end = read_lines(directory, end, checkpoint.size,
                     [&](std::uint64_t index, std::string_view line) {
                       frontier.push(leaf_hash(line));
                       if (index + 1 == checkpoint.size) last_time = entry_of(index, line).time;
                       return true;
                     });
    if (frontier.size() != checkpoint.size || frontier.root() != checkpoint.root) {
      throw base::Error(
          base::ExitCode::data, "the entries do not have the root that the checkpoint signs",
          directory.string(),
          "run 'proviso audit verify'; nothing may be appended before that is settled");
    }
    frontier_known = true;
  }

  bool load_cache(const Checkpoint& checkpoint) {
    const fs::path path = directory / "tree";
    std::error_code error;
    if (!fs::exists(path, error)) return false;
    try {
      const json::Json cache = json::parse(base::read_file(path), path.string());
      std::vector<base::Sha256> roots;
      for (const json::Json& hex : cache.at("roots")) {
        base::Sha256 root;
        if (!base::from_hex_exact(hex.get<std::string>(), root)) return false;
        roots.push_back(root);
      }
      auto restored = Frontier::restore(cache.at("size").get<std::uint64_t>(), std::move(roots));
      if (!restored || restored->size() != checkpoint.size || restored->root() != checkpoint.root)
        return false;
      frontier = std::move(*restored);
      end = {frontier.size(), cache.at("offset").get<std::uint64_t>()};
      last_time =
          base::parse_instant(cache.at("time").get<std::string>()).value_or(base::Instant{});
      return true;
    } catch (const base::Error&) {
      return false;  // a damaged cache: falls back to reading the entries
    } catch (const json::Json::exception&) {
      return false;
    }
  }

  void save_cache() {
    json::Json cache{
        {"size", frontier.size()}, {"offset", end.offset}, {"time", base::to_string(last_time)}};
    cache["roots"] = json::Json::array();
    for (const base::Sha256& root : frontier.roots()) cache["roots"].push_back(base::to_hex(root));
    base::write_file_atomically(directory / "tree", cache.dump(), 0644);
  }

  // Cuts what is behind the checkpoint: it was never acknowledged. Returns the number of bytes
  // cut.
  std::uint64_t cut_unacknowledged() {
    std::uint64_t cut = 0;
    const fs::path segment = segment_path(directory, frontier.size());
    std::error_code error;
    const std::uint64_t size = fs::exists(segment, error) ? fs::file_size(segment) : 0;
    if (size < end.offset) {
      throw base::Error(base::ExitCode::data, "the segment ends before what the checkpoint covers",
                        segment.string(), "run 'proviso audit verify'");
    }
    if (size > end.offset) {
      if (::truncate(segment.c_str(), static_cast<off_t>(end.offset)) != 0) {
        base::throw_errno(errno, "cannot be cut back to the checkpoint", segment.string());
      }
      cut += size - end.offset;
    }
    for (std::uint64_t next = (frontier.size() / kSegmentEntries + 1) * kSegmentEntries;;
         next += kSegmentEntries) {
      const fs::path later = segment_path(directory, next);
      if (!fs::exists(later, error)) break;
      cut += fs::file_size(later);
      fs::remove(later);
    }
    return cut;
  }

  void learn_ids() {
    ids_read = read_lines(directory, ids_read, frontier.size(),
                          [&](std::uint64_t index, std::string_view line) {
                            ids.insert(entry_of(index, line).event_id);
                            return true;
                          });
  }

  // Writes the lines behind `end`, segment by segment, and makes them durable.
  void write_lines(const std::vector<std::string>& lines) {
    std::size_t at = 0;
    while (at < lines.size()) {
      const std::uint64_t room = kSegmentEntries - frontier.size() % kSegmentEntries;
      const std::size_t count =
          static_cast<std::size_t>(std::min<std::uint64_t>(room, lines.size() - at));
      std::string text;
      for (std::size_t i = at; i < at + count; ++i) text += lines[i] + "\n";
      const fs::path segment = segment_path(directory, frontier.size());
      const bool is_new = end.offset == 0;
      const base::UniqueFd fd(
          ::open(segment.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
      if (!fd) base::throw_errno(errno, "cannot be opened for appending", segment.string());
      base::write_all(fd.get(), text, segment.string());
      base::sync(fd.get(), segment.string());
      if (is_new) base::sync_directory(directory / "entries");
      for (std::size_t i = at; i < at + count; ++i) frontier.push(leaf_hash(lines[i]));
      end = {frontier.size(),
             frontier.size() % kSegmentEntries == 0 ? 0 : end.offset + text.size()};
      at += count;
    }
  }

  void append(const std::vector<Entry>& entries, const std::string& origin) {
    const Checkpoint checkpoint = head();
    catch_up(checkpoint);
    std::vector<Entry> all;
    if (const std::uint64_t cut = cut_unacknowledged(); cut != 0) {
      all.push_back(to_entry(Recovered{cut}, "ledger"));
    }
    for (const Entry& entry : entries) all.push_back(entry);

    bool named = false;
    for (const Entry& entry : all) named = named || !entry.event_id.empty();
    if (named) learn_ids();

    last_time = std::max(last_time, base::now());  // time in entries never goes back
    std::vector<std::string> lines;
    std::unordered_set<std::string> here;
    for (const Entry& entry : all) {
      const std::string id = entry.event_id.empty() ? crypto::random_hex(16) : entry.event_id;
      if (!entry.event_id.empty() && (ids.count(id) != 0 || !here.insert(id).second)) continue;
      std::string line = line_of(frontier.size() + lines.size(), last_time, entry, id);
      if (line.size() > kMaxEntryBytes)
        throw base::Error(base::ExitCode::software, "a ledger entry over 1 MiB");
      lines.push_back(std::move(line));
    }
    if (lines.empty()) return;
    try {
      write_lines(lines);
      base::write_file_atomically(directory / "checkpoint",
                                  sign_checkpoint({origin, frontier.size(), frontier.root()}, *key),
                                  0644);
    } catch (const base::Error&) {
      frontier_known = false;  // what was written is behind the checkpoint and will be cut
      throw;
    }
    save_cache();
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
  for (const char* part : {"entries", "documents", "open"}) {
    fs::create_directories(directory / part, error);
    if (error)
      throw base::Error(base::ExitCode::cannot_create, error.message(),
                        (directory / part).string());
  }
  Impl impl;
  impl.directory = directory;
  const Entry entry =
      to_entry(Created{identity.origin, std::string(instrument), identity.rehearsal}, "init");
  impl.last_time = base::now();
  impl.write_lines({line_of(0, impl.last_time, entry, crypto::random_hex(16))});
  impl.save_cache();
  base::write_file_atomically(directory / "checkpoint",
                              sign_checkpoint({identity.origin, 1, impl.frontier.root()}, key),
                              0644);
}

Ledger Ledger::open_to_read(const fs::path& directory, const crypto::PublicKey& key) {
  auto impl = std::make_unique<Impl>();
  impl->directory = directory;
  impl->public_key = crypto::PublicKey::from_pem(key.pem());
  const std::string origin = impl->head().origin;
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
  const auto lock = base::FileLock::take(impl_->directory / "lock", true);
  impl_->append(entries, impl_->head().origin);
}

std::uint64_t Ledger::read(std::uint64_t from,
                           const std::function<bool(const StoredEntry&)>& visit) const {
  const std::uint64_t size = impl_->head().size;
  if (from >= size) return size < from ? size : from;
  Place start{from / kSegmentEntries * kSegmentEntries, 0};
  {
    const std::lock_guard guard(impl_->mutex);
    if (impl_->last_read.index == from) start = impl_->last_read;
  }
  const Place place =
      read_lines(impl_->directory, start, size, [&](std::uint64_t index, std::string_view line) {
        return index < from || visit(entry_of(index, line));
      });
  const std::lock_guard guard(impl_->mutex);
  impl_->last_read = place;
  return place.index;
}

Checkpoint Ledger::checkpoint() const { return impl_->head(); }

std::optional<StoredEntry> Ledger::last() const {
  const std::uint64_t size = impl_->head().size;
  std::optional<StoredEntry> entry;
  if (size > 0) {
    read_lines(impl_->directory, {(size - 1) / kSegmentEntries * kSegmentEntries, 0}, size,
               [&](std::uint64_t index, std::string_view line) {
                 if (index + 1 == size) entry = entry_of(index, line);
                 return true;
               });
  }
  return entry;
}

std::string Ledger::keep_document(std::string_view bytes) {
  std::string digest = crypto::sha256_hex(bytes);
  const fs::path path = impl_->directory / "documents" / digest;
  std::error_code error;
  if (!fs::exists(path, error)) base::write_file_atomically(path, bytes, 0644);
  return digest;
}

const fs::path& Ledger::directory() const { return impl_->directory; }
bool Ledger::rehearsal() const { return impl_->rehearsal; }

}  // namespace proviso::ledger
