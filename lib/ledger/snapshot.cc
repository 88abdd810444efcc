#include "ledger/snapshot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "crypto/random.h"
#include "ledger/entry_json.h"
#include "ledger/line.h"

namespace proviso::ledger {

template <>
struct Table<SnapshotHead::Act> {
  static void walk(auto& io, auto& act) {
    io.needed("n", act.n);
    io.needed("line", act.line);
  }
};

template <>
struct Table<Corrections::Correction> {
  static void walk(auto& io, auto& correction) {
    io.needed("n", correction.n);
    io.needed("to", correction.to);
  }
};

template <>
struct Table<SnapshotHead::Day> {
  static void walk(auto& io, auto& day) {
    io.needed("day", day.day);
    io.needed("resumes", day.resumes);
    io.needed("decisions", day.decisions);
    io.needed("errors", day.errors);
  }
};

template <>
struct Table<SnapshotHead::Technology> {
  static void walk(auto& io, auto& technology) {
    io.needed("name", technology.name);
    io.needed("acts", technology.acts);
    io.needed("days", technology.days);
  }
};

template <>
struct Table<SnapshotHead> {
  static void walk(auto& io, auto& head) {
    io.needed("size", head.size);
    io.needed("corrections", head.corrections);
    io.needed("rotations", head.rotations);
    io.needed("technologies", head.technologies);
    io.needed("cases", head.cases);
    io.needed("pages", head.pages);
  }
};

namespace {

namespace fs = std::filesystem;

// A record: key (16 bytes), stored (u64), day (i64), resumes (u32), technology (u32, its high bits
// are flags), all little-endian.
constexpr std::size_t kRecordBytes = 40;
constexpr std::size_t kPageRecords = 128;
constexpr std::uint64_t kNotStored = UINT64_MAX;
constexpr std::uint32_t kDecided = 1u << 31;
constexpr std::uint32_t kError = 1u << 30;
constexpr std::size_t kKept = 2;
constexpr std::size_t kMostReadPages = 1024;  // 5 MiB

SnapshotKey key_of(std::string_view record) {
  SnapshotKey key;
  std::copy_n(record.begin(), key.size(), key.begin());
  return key;
}

fs::path folder_of(const fs::path& ledger) { return ledger / "snapshots"; }
fs::path path_of(const fs::path& ledger, const SnapshotTaken& taken) {
  return folder_of(ledger) / fmt::format("{}.{}", taken.size, taken.version);
}

// The size in the name of a snapshot of this version; nullopt for any other name.
std::optional<std::uint64_t> size_in(const std::string& name) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), size);
  if (error != std::errc() || name != fmt::format("{}.{}", size, kSnapshotVersion))
    return std::nullopt;
  return size;
}

constexpr std::string_view kTemporary = ".tmp-";

// A name that only a snapshot has, of whatever version, or what a writer that died left of one.
bool is_name(std::string_view name) {
  const std::string_view numbers = name.substr(0, name.find(kTemporary));
  return numbers.find('.') != std::string_view::npos &&
         numbers.find_first_not_of("0123456789.") == std::string_view::npos;
}

// The entry that names the snapshot of so many entries, if it is one.
std::optional<SnapshotTaken> taken_at(const VerifiedEntries& entries, std::uint64_t size) {
  std::optional<SnapshotTaken> taken;
  entries.read(size, [&](std::uint64_t index, std::string_view line) {
    taken = read<SnapshotTaken>(entry_of(index, line));
    return false;
  });
  if (taken && (taken->size != size || taken->version != kSnapshotVersion)) taken.reset();
  return taken;
}

// What entries name of the files that are there, the newest first.
std::vector<SnapshotTaken> named(const VerifiedEntries& entries) {
  std::vector<std::uint64_t> sizes;
  try {
    const auto folder = base::Folder::open(folder_of(entries.directory()));
    for (const std::string& name : folder ? folder->names() : std::vector<std::string>()) {
      if (const auto size = size_in(name)) sizes.push_back(*size);
    }
  } catch (const base::Error&) {  // no folder, or none that may be read: there is no snapshot then
  }
  std::sort(sizes.rbegin(), sizes.rend());
  std::vector<SnapshotTaken> found;
  for (const std::uint64_t size : sizes) {
    if (const auto taken = taken_at(entries, size)) found.push_back(*taken);
  }
  return found;
}

// Shorter where the file is: its digest will not fit.
std::string text_at(int file, std::uint64_t at, std::size_t bytes) {
  std::string text(bytes, '\0');
  const std::int64_t got = base::read_at(file, at, std::as_writable_bytes(std::span(text)));
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

}  // namespace

SnapshotKey snapshot_key(const base::CaseId& id) {
  const base::Sha256 digest = crypto::sha256(id.value);
  return key_of(base::as_text(digest));
}

std::optional<Snapshot> Snapshot::open(const fs::path& ledger, const SnapshotTaken& taken) {
  Snapshot snapshot;
  snapshot.path_ = path_of(ledger, taken);
  snapshot.file_.reset(
      ::open(snapshot.path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!snapshot.file_ || ::fstat(snapshot.file_.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      taken.bytes > static_cast<std::uint64_t>(status.st_size))
    return std::nullopt;
  const std::string head = text_at(snapshot.file_.get(), 0, taken.bytes);
  if (crypto::sha256_hex(head) != taken.sha256) return std::nullopt;
  auto read = row_of<SnapshotHead>(head);
  if (!read) return std::nullopt;
  snapshot.head_ = std::move(*read);
  snapshot.records_at_ = taken.bytes + 1;
  if (static_cast<std::uint64_t>(status.st_size) !=
      snapshot.records_at_ + snapshot.head_.cases * kRecordBytes)
    return std::nullopt;
  return snapshot;
}

std::optional<Snapshot> Snapshot::newest(const VerifiedEntries& entries) {
  for (const SnapshotTaken& taken : named(entries)) {
    if (auto snapshot = open(entries.directory(), taken)) return snapshot;
  }
  return std::nullopt;
}

Snapshot Snapshot::of(SnapshotHead head, std::string records) {
  Snapshot snapshot;
  snapshot.head_ = std::move(head);
  snapshot.records_ = std::move(records);
  return snapshot;
}

std::string_view Snapshot::page(std::size_t number, std::string& buffer) const {
  const std::uint64_t at = number * kPageRecords * kRecordBytes;
  const std::uint64_t left = head_.cases * kRecordBytes - at;
  const auto bytes =
      static_cast<std::size_t>(std::min<std::uint64_t>(kPageRecords * kRecordBytes, left));
  if (!file_) return std::string_view(records_).substr(at, bytes);
  if (const auto known = read_pages_.find(number); known != read_pages_.end()) return known->second;
  buffer = text_at(file_.get(), records_at_ + at, bytes);
  if (crypto::sha256_hex(buffer) != head_.pages[number]) {
    throw base::Error(base::ExitCode::check_failed,
                      fmt::format("page {} of the snapshot is not the one that its entry names: it "
                                  "was changed",
                                  number),
                      path_.string(), "remove the file: what it says is in the entries");
  }
  if (read_pages_.size() < kMostReadPages) return read_pages_[number] = std::move(buffer);
  return buffer;
}

SnapshotCase Snapshot::case_of(std::string_view record) const {
  SnapshotCase known;
  const std::uint64_t stored = base::little_endian(record.substr(16, 8));
  if (stored != kNotStored) known.stored = stored;
  const auto technology = static_cast<std::uint32_t>(base::little_endian(record.substr(36, 4)));
  known.technology = head_.technologies.at(technology & ~(kDecided | kError)).name;
  if ((technology & kDecided) != 0) {
    known.decision = {static_cast<std::int64_t>(base::little_endian(record.substr(24, 8))),
                      base::little_endian(record.substr(32, 4)), (technology & kError) != 0};
  }
  return known;
}

std::optional<SnapshotCase> Snapshot::find(const SnapshotKey& key) const {
  std::string buffer;
  std::size_t low = 0;
  std::size_t high = head_.pages.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const std::string_view records = page(middle, buffer);
    if (key < key_of(records)) {
      high = middle;
    } else if (key_of(records.substr(records.size() - kRecordBytes)) < key) {
      low = middle + 1;
    } else {
      return find_in(records, key);
    }
  }
  return std::nullopt;
}

std::optional<SnapshotCase> Snapshot::find_in(std::string_view page, const SnapshotKey& key) const {
  std::size_t low = 0;
  std::size_t high = page.size() / kRecordBytes;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const std::string_view record = page.substr(middle * kRecordBytes, kRecordBytes);
    if (key_of(record) == key) return case_of(record);
    if (key < key_of(record))
      high = middle;
    else
      low = middle + 1;
  }
  return std::nullopt;
}

void Snapshot::cases(
    const std::function<void(const SnapshotKey&, const SnapshotCase&)>& visit) const {
  std::string buffer;
  for (std::size_t number = 0; number < head_.pages.size(); ++number) {
    const std::string_view records = page(number, buffer);
    for (std::size_t at = 0; at < records.size(); at += kRecordBytes)
      visit(key_of(records.substr(at)), case_of(records.substr(at, kRecordBytes)));
  }
}

SnapshotWriter::SnapshotWriter(SnapshotHead head) : head_(std::move(head)) {}

std::uint32_t SnapshotWriter::number_of(const std::string& technology) {
  if (head_.technologies[last_number_].name != technology) {
    const auto found = std::lower_bound(
        head_.technologies.begin(), head_.technologies.end(), technology,
        [](const auto& each, const std::string& name) { return each.name < name; });
    last_number_ = static_cast<std::uint32_t>(found - head_.technologies.begin());
  }
  return last_number_;
}

void SnapshotWriter::add(const SnapshotKey& key, const SnapshotCase& known) {
  std::uint32_t number = number_of(known.technology);
  const SnapshotCase::Decision decision = known.decision.value_or(SnapshotCase::Decision{});
  if (known.decision) number |= kDecided;
  if (decision.error) number |= kError;
  records_.append(key.begin(), key.end());
  base::append_little_endian(records_, known.stored.value_or(kNotStored), 8);
  base::append_little_endian(records_, static_cast<std::uint64_t>(decision.day), 8);
  base::append_little_endian(records_, decision.resumes, 4);
  base::append_little_endian(records_, number, 4);
}

SnapshotFile SnapshotWriter::finish() {
  head_.cases = records_.size() / kRecordBytes;
  const std::string_view records = records_;
  for (std::size_t at = 0; at < records.size(); at += kPageRecords * kRecordBytes)
    head_.pages.push_back(crypto::sha256_hex(records.substr(at, kPageRecords * kRecordBytes)));
  std::string head = Member<SnapshotHead>::write(head_).dump();
  SnapshotTaken taken{head_.size, kSnapshotVersion, crypto::sha256_hex(head), head.size()};
  return {std::move(head), std::move(taken), Snapshot::of(std::move(head_), std::move(records_))};
}

std::string SnapshotFile::bytes() const { return head + "\n" + snapshot.records(); }

void write_snapshot(const fs::path& ledger, const SnapshotFile& file) {
  std::error_code error;
  if (fs::create_directory(folder_of(ledger), error)) base::sync_directory(ledger);
  if (!base::Folder::open(folder_of(ledger)))
    throw base::Error(base::ExitCode::io, "cannot be made", folder_of(ledger).string());
  base::write_file_atomically(path_of(ledger, file.taken), file.bytes());
}

void remove_snapshot(const fs::path& ledger, const SnapshotTaken& taken) {
  if (const auto folder = base::Folder::open(folder_of(ledger)))
    folder->remove(path_of(ledger, taken).filename().string());
}

void remove_old_snapshots(const VerifiedEntries& entries) {
  const auto folder = base::Folder::open(folder_of(entries.directory()));
  if (!folder) return;
  std::vector<std::string> kept;
  for (const SnapshotTaken& taken : named(entries)) {
    if (kept.size() < kKept && Snapshot::open(entries.directory(), taken))
      kept.push_back(path_of(entries.directory(), taken).filename().string());
  }
  for (const std::string& name : folder->names()) {
    // What cannot be removed is in nobody's way, and audit verify tells of it.
    if (is_name(name) && std::find(kept.begin(), kept.end(), name) == kept.end())
      folder->remove(name);
  }
}

namespace {

// What is wrong with the file of that name, if anything.
std::vector<base::Finding> findings_of(const VerifiedEntries& entries, const std::string& name) {
  const std::string where = (folder_of(entries.directory()) / name).string();
  const auto size = size_in(name);
  // One of these a writer has made just now, or died before it had its entry.
  if (size && *size >= entries.checkpoint().size) return {};
  const auto taken = size ? taken_at(entries, *size) : std::nullopt;
  if (!taken) return {{where, "no entry names this snapshot"}};
  const auto snapshot = Snapshot::open(entries.directory(), *taken);
  std::error_code error;
  if (!snapshot && !fs::exists(fs::symlink_status(where, error))) return {};  // removed just now
  if (!snapshot)
    return {{where, "the snapshot is not the one that its entry names: it was changed"}};
  try {
    snapshot->cases([](const SnapshotKey&, const SnapshotCase&) {});
  } catch (const base::Error& changed) {
    return changed.findings();
  }
  return {};
}

}  // namespace

std::vector<base::Finding> snapshot_findings(const VerifiedEntries& entries) {
  std::vector<base::Finding> findings;
  const auto folder = base::Folder::open(folder_of(entries.directory()));
  for (const std::string& name : folder ? folder->names() : std::vector<std::string>()) {
    if (name.find(kTemporary) != std::string::npos) continue;  // of a writer that died
    for (base::Finding& finding : findings_of(entries, name))
      findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace proviso::ledger
