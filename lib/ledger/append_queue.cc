#include "ledger/append_queue.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "crypto/random.h"
#include "ledger/entry_json.h"

namespace proviso::ledger {

template <>
struct Table<Entry> {
  static void walk(auto& io, auto& entry) {
    io.needed("event", entry.event);
    io.needed("tool", entry.tool);
    io.needed("run", entry.run);
    io.needed("id", entry.event_id);
    io.needed("members", entry.members);
    io.needed("since", entry.id_since);
  }
};

namespace {

struct Payload {
  std::vector<Entry> entries;
};

}  // namespace

template <>
struct Table<Payload> {
  static void walk(auto& io, auto& payload) { io.needed("entries", payload.entries); }
};

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "PVQUEUE1";
constexpr std::size_t kMacBytes = sizeof(base::Sha256);
constexpr std::size_t kAcknowledgedAt = kMagic.size();
constexpr std::size_t kMacAt = kAcknowledgedAt + kMacBytes;
constexpr std::size_t kPayloadAt = kMacAt + kMacBytes;
// Of one group. Who is passed over appends for itself.
constexpr std::size_t kMostTogether = std::size_t{8} << 20;  // bytes
constexpr std::size_t kMostWriters = 64;
constexpr std::size_t kNameBytes = 16;

fs::path folder_of(const fs::path& ledger) { return ledger / "queue"; }

// Of the name too, so that no file can be put back under another.
base::Sha256 mac_of(std::string_view what, const std::string& name, std::string_view payload,
                    std::span<const std::byte> key) {
  return crypto::hmac_sha256(key, std::string(what) + "\n" + name + "\n" + std::string(payload));
}
base::Sha256 queued_mac(const std::string& name, std::string_view payload,
                        std::span<const std::byte> key) {
  return mac_of("queued", name, payload, key);
}
base::Sha256 acknowledged_mac(const std::string& name, std::string_view payload,
                              std::span<const std::byte> key) {
  return mac_of("acknowledged", name, payload, key);
}

bool is_old(int fd) {
  constexpr std::time_t kSeconds = 60;
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_mtime + kSeconds < std::time(nullptr);
}

// Nothing else is a writer's: a folder may hold anything.
bool is_name(std::string_view name) {
  return name.size() == 2 * kNameBytes && base::from_hex(name).has_value();
}

// 0 for what is not a regular file.
std::size_t size_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<std::size_t>(status.st_size);
}

std::string bytes_of(int fd, std::size_t size) {
  std::string bytes(size, '\0');
  const std::int64_t got = base::read_at(fd, 0, std::as_writable_bytes(std::span(bytes)));
  return got == static_cast<std::int64_t>(size) ? bytes : std::string();
}

}  // namespace

QueuedEntries::QueuedEntries(const fs::path& ledger, std::span<const Entry> entries,
                             std::span<const std::byte> key) {
  const fs::path folder = folder_of(ledger);
  std::error_code error;
  fs::create_directory(folder, error);
  if (!base::Folder::open(folder))
    throw base::Error(base::ExitCode::io, "cannot be made", folder.string());
  const std::string name = crypto::random_hex(kNameBytes);
  path_ = folder / name;
  const std::string payload = Member<Payload>::write({{entries.begin(), entries.end()}}).dump();
  const base::Sha256 mac = queued_mac(name, payload, key);
  expected_ = acknowledged_mac(name, payload, key);
  std::string bytes(kMagic);
  bytes.resize(kMacAt, '\0');
  bytes += base::as_text(mac);
  bytes += payload;
  fd_.reset(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_) base::throw_errno(errno, "cannot be created", path_.string());
  const bool is_locked = ::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0;
  if (const int failed = is_locked ? base::try_write_all(fd_.get(), bytes) : errno; failed != 0) {
    ::unlink(path_.c_str());
    base::throw_errno(failed, "cannot be written", path_.string());
  }
}

QueuedEntries::~QueuedEntries() { ::unlink(path_.c_str()); }

bool QueuedEntries::acknowledged() const {
  base::Sha256 found;
  return base::read_at(fd_.get(), kAcknowledgedAt, found) ==
             static_cast<std::int64_t>(found.size()) &&
         found == expected_;
}

std::vector<QueuedWriter> QueuedWriter::all(
    const fs::path& ledger, const std::function<std::span<const std::byte>()>& key) {
  std::vector<QueuedWriter> found;
  std::optional<base::Folder> folder;
  std::vector<std::string> names;
  try {
    folder = base::Folder::open(folder_of(ledger));
    if (folder) names = folder->names();
  } catch (const base::Error&) {  // a link, or no folder: nobody waits there
  }
  std::size_t room = kMostTogether;
  for (const std::string& name : names) {
    if (found.size() == kMostWriters) break;  // the others append for themselves
    if (!is_name(name)) continue;
    QueuedWriter writer;
    writer.fd_ = folder->open_file(name, true);
    const std::size_t size = writer.fd_ ? size_of(writer.fd_.get()) : 0;
    // A writer locks its file before it writes: an empty one may be about to be locked.
    const bool is_left =
        writer.fd_ &&
        (size == 0 ? is_old(writer.fd_.get()) : ::flock(writer.fd_.get(), LOCK_EX | LOCK_NB) == 0);
    if (is_left) folder->remove(name);
    if (is_left || size < kPayloadAt || size > room) continue;
    const std::string bytes = bytes_of(writer.fd_.get(), size);
    if (bytes.size() != size || !bytes.starts_with(kMagic)) continue;
    const std::string_view payload = std::string_view(bytes).substr(kPayloadAt);
    const base::Sha256 mac = queued_mac(name, payload, key());
    if (std::string_view(bytes).substr(kMacAt, kMacBytes) != base::as_text(mac)) continue;
    auto read = row_of<Payload>(payload);
    if (!read) continue;
    room -= size;
    writer.entries_ = std::move(read->entries);
    writer.acknowledgement_ = acknowledged_mac(name, payload, key());
    found.push_back(std::move(writer));
  }
  return found;
}

void QueuedWriter::acknowledge() const {
  [[maybe_unused]] const int failure =
      base::try_write_at(fd_.get(), kAcknowledgedAt, acknowledgement_);
}

}  // namespace proviso::ledger
