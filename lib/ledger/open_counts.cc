#include "ledger/open_counts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

#include "crypto/random.h"
#include "ledger/entry_json.h"

namespace proviso::ledger {

template <>
struct Table<OpenCounts> {  // all but `counts`
  static void walk(auto& io, auto& counts) {
    io.needed("tool", counts.tool);
    io.needed("run", counts.run);
    io.needed("writer", counts.writer);
    io.needed("part", counts.part);
    io.needed("hour", counts.hour);
    io.always("since", counts.since);
  }
};

namespace {

namespace fs = std::filesystem;
constexpr std::string_view kMagic = "PVCOUNT2";
// Magic, sequence, length; SHA-256 and HMAC-SHA-256 of sequence, length and payload.
constexpr std::size_t kDigestAt = 8 + 8 + 8;
constexpr std::size_t kMacAt = kDigestAt + 32;
constexpr std::size_t kHeaderBytes = kMacAt + 32;

std::vector<CountRow> rows_of(const OpenCounts& counts) {
  std::vector<CountRow> rows;
  for (const auto& [key, sum] : counts.counts) rows.push_back({key, sum.n, sum.bytes});
  return rows;
}

std::string payload_of(const OpenCounts& counts) {
  MemberWriter io;
  Table<OpenCounts>::walk(io, counts);
  std::vector<CountRow> rows = rows_of(counts);
  io.always("counts", rows);
  return io.take().dump();
}

struct Slot {
  std::uint64_t sequence = 0;
  std::string payload;
};

std::optional<Slot> slot_of(std::string_view bytes, std::span<const std::byte> key) {
  if (bytes.size() < kHeaderBytes || bytes.substr(0, 8) != kMagic) return std::nullopt;
  const std::uint64_t length = base::little_endian(bytes.substr(16, 8));
  if (length > kSlotBytes - kHeaderBytes || bytes.size() < kHeaderBytes + length)
    return std::nullopt;
  std::string covered(bytes.substr(8, 16));
  covered += bytes.substr(kHeaderBytes, length);
  const base::Sha256 digest = crypto::sha256(covered);
  if (bytes.substr(kDigestAt, 32) != base::as_text(digest)) return std::nullopt;
  if (!key.empty()) {
    const base::Sha256 mac = crypto::hmac_sha256(key, covered);
    if (bytes.substr(kMacAt, 32) != base::as_text(mac)) return std::nullopt;
  }
  return Slot{base::little_endian(bytes.substr(8, 8)),
              std::string(bytes.substr(kHeaderBytes, length))};
}

}  // namespace

Entry OpenCounts::entry(bool unclean) const {
  Entry made = to_entry(
      CountsOfRun{base::Instant{hour * 3600}, writer, part, rows_of(*this), unclean}, tool, run,
      crypto::sha256_hex(writer + "/" + run + "/" + std::to_string(part)).substr(0, 32));
  made.id_since = since;
  return made;
}

OpenCountsFile OpenCountsFile::create(const fs::path& open, const std::string& writer,
                                      const std::string& run, std::span<const std::byte> key) {
  OpenCountsFile file;
  file.key_ = key;
  file.path_ = open / (writer + "." + run + ".counts");
  file.fd_.reset(
      ::open(file.path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file.fd_)
    base::throw_errno(errno, "cannot be created", file.path_.string(),
                      base::ExitCode::cannot_create);
  if (::flock(file.fd_.get(), LOCK_EX | LOCK_NB) != 0)
    base::throw_errno(errno, "cannot be locked", file.path_.string());
  // Allocates the blocks now, so that a full disk is found before a batch is counted, not after.
  if (const int error = ::posix_fallocate(file.fd_.get(), 0, 2 * kSlotBytes); error != 0) {
    ::unlink(file.path_.c_str());
    base::throw_errno(error, "cannot take its space", file.path_.string());
  }
  base::sync(file.fd_.get(), file.path_.string());
  base::sync_directory(open);
  return file;
}

bool OpenCountsFile::write(const OpenCounts& counts) {
  const std::string payload = payload_of(counts);
  if (payload.size() > kSlotBytes - kHeaderBytes) return false;
  ++sequence_;
  std::string covered;
  base::append_little_endian(covered, sequence_, 8);
  base::append_little_endian(covered, payload.size(), 8);
  std::string slot(kMagic);
  slot += covered;
  covered += payload;
  const base::Sha256 digest = crypto::sha256(covered);
  slot += base::as_text(digest);
  const base::Sha256 mac = crypto::hmac_sha256(key_, covered);
  slot += base::as_text(mac);
  slot += payload;
  base::write_at(fd_.get(), sequence_ % 2 * kSlotBytes, base::as_bytes(slot), path_.string());
  if (::fdatasync(fd_.get()) != 0)
    base::throw_errno(errno, "cannot be made durable", path_.string());
  return true;
}

void OpenCountsFile::remove() {
  ::unlink(path_.c_str());
  fd_.reset();
}

std::optional<OpenCounts> OpenCountsFile::read(const fs::path& path,
                                               std::span<const std::byte> key) {
  const std::string bytes = base::read_file(path, 2 * kSlotBytes);
  const std::size_t half = bytes.size() / 2;
  std::optional<Slot> newest;
  for (const std::size_t at : {std::size_t{0}, half}) {
    auto slot = slot_of(std::string_view(bytes).substr(at, half), key);
    if (slot && (!newest || slot->sequence > newest->sequence)) newest = std::move(slot);
  }
  if (!newest && bytes.find_first_not_of('\0') == std::string::npos) return std::nullopt;
  if (!newest) {
    throw base::Error(base::ExitCode::check_failed,
                      "no slot is whole and has the MAC of this ledger's key: it was changed, or a "
                      "build before December 2026 wrote it",
                      path.string(), "what it counted is lost to the ledger once it is removed");
  }
  OpenCounts counts;
  std::vector<CountRow> rows;
  bool is_read = false;
  with_members(newest->payload, [&](simdjson::dom::object members) {
    MemberReader io(members);
    Table<OpenCounts>::walk(io, counts);
    io.needed("counts", rows);
    is_read = io.problem().empty();
  });
  if (!is_read) {
    throw base::Error(base::ExitCode::data,
                      "the slot's checksum is right but its members are not those of counts",
                      path.string());
  }
  for (const CountRow& row : rows) counts.counts[row.key] = {row.n, row.bytes};
  return counts;
}

std::vector<fs::path> OpenCountsFile::list(const fs::path& open) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(open, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".counts") files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<base::UniqueFd> OpenCountsFile::take_over(const fs::path& path) {
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return fd;
}

}  // namespace proviso::ledger
