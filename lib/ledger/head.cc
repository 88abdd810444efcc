#include "ledger/head.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "base/file.h"
#include "ledger/checkpoint.h"

namespace proviso::ledger {
namespace {

namespace fs = std::filesystem;

fs::path slots_path(const fs::path& ledger) { return ledger / "heads"; }
fs::path checkpoint_path(const fs::path& ledger) { return ledger / "checkpoint"; }

struct Copy {
  std::string note;        // empty: none
  std::uint64_t size = 0;  // that it claims to cover
  std::string where;
};

// The second line; 0 for what is not a note.
std::uint64_t claimed_size(std::string_view note) {
  const std::size_t line = note.find('\n');
  if (line == std::string_view::npos) return 0;
  std::uint64_t size = 0;
  const auto [end, error] =
      std::from_chars(note.data() + line + 1, note.data() + note.size(), size);
  return error == std::errc() && end != note.data() + note.size() && *end == '\n' ? size : 0;
}

Copy copy_of(std::string note, std::string where) {
  const std::uint64_t size = claimed_size(note);
  return {std::move(note), size, std::move(where)};
}

// Slots 0 and 1, as far as they are there.
std::vector<Copy> slots_of(const fs::path& ledger) {
  const fs::path path = slots_path(ledger);
  std::vector<Copy> copies;
  const auto bytes = base::read_file_if_there(path);
  if (!bytes) return copies;
  for (std::size_t slot = 0; slot < 2 && slot * kHeadSlotBytes < bytes->size(); ++slot) {
    const std::string text = bytes->substr(slot * kHeadSlotBytes, kHeadSlotBytes);
    copies.push_back(
        copy_of(text.substr(0, text.find('\0')), fmt::format("{}: slot {}", path.string(), slot)));
  }
  return copies;
}

// All copies, that of the most entries first.
std::vector<Copy> copies_of(const fs::path& ledger) {
  std::vector<Copy> copies = slots_of(ledger);
  const fs::path path = checkpoint_path(ledger);
  if (auto note = base::read_file_if_there(path))
    copies.push_back(copy_of(std::move(*note), path.string()));
  std::stable_sort(copies.begin(), copies.end(),
                   [](const Copy& a, const Copy& b) { return a.size > b.size; });
  return copies;
}

}  // namespace

Head::Head(fs::path ledger, const crypto::PublicKey& key)
    : ledger_(std::move(ledger)),
      key_(crypto::PublicKey::from_pem(key.pem())),
      raw_key_(key_.raw()) {}

std::optional<Checkpoint> Head::verified(const std::string& note) const {
  for (const auto& [known, checkpoint] : verified_) {
    if (known == note) return checkpoint;
  }
  try {
    return remember(note, verify_checkpoint(note, key_, "checkpoint"));
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

const Checkpoint& Head::remember(const std::string& note, Checkpoint checkpoint) const {
  constexpr std::size_t kMost = 4;
  if (verified_.size() == kMost) verified_.pop_front();
  return verified_.emplace_back(note, std::move(checkpoint)).second;
}

std::pair<std::string, Checkpoint> Head::newest() const {
  const std::vector<Copy> copies = copies_of(ledger_);
  const std::lock_guard guard(mutex_);
  std::optional<std::pair<std::string, Checkpoint>> found;
  for (const Copy& copy : copies) {
    auto head = verified(copy.note);
    if (head && !head->next_key.empty() && head->next_key != raw_key_) {
      // Whatever the other copies are: this key signed that it signs no more.
      throw base::Error(base::ExitCode::config, "its key was rotated: another one signs since",
                        ledger_.string(), "the policy, or --ledger-key, must name the new key");
    }
    if (head && !found) found.emplace(copy.note, std::move(*head));
  }
  if (found) return *std::move(found);
  const std::string where = checkpoint_path(ledger_).string();
  for (const Copy& copy : copies) {
    if (copy.where == where) verify_checkpoint(copy.note, key_, where);  // says why
  }
  std::error_code error;
  if (!fs::is_directory(ledger_ / "entries", error))
    throw base::Error(base::ExitCode::no_input, "there is no ledger", ledger_.string());
  throw base::Error(base::ExitCode::check_failed,
                    "is gone, and nothing else says which entries were signed", where);
}

std::string Head::note() const { return newest().first; }

Checkpoint Head::read() const { return newest().second; }

std::vector<base::Finding> Head::damaged_slots() const {
  std::vector<base::Finding> findings;
  const std::lock_guard guard(mutex_);
  for (const Copy& slot : slots_of(ledger_)) {
    if (!slot.note.empty() && !verified(slot.note))
      findings.push_back({slot.where, "not a checkpoint that the ledger's key signed"});
  }
  return findings;
}

std::vector<base::Finding> Head::damage() const {
  // A copy is written in place: what is read in the middle of that is whole the next time.
  constexpr int kTimes = 5;
  constexpr auto kPause = std::chrono::milliseconds(3);
  std::vector<base::Finding> findings = damage_now();
  for (int i = 1; i < kTimes && !findings.empty(); ++i) {
    std::this_thread::sleep_for(kPause);
    findings = damage_now();
  }
  return findings;
}

std::vector<base::Finding> Head::damage_now() const {
  std::vector<base::Finding> findings = damaged_slots();
  const fs::path path = checkpoint_path(ledger_);
  try {
    const auto note = base::read_file_if_there(path);
    if (!note) {
      findings.push_back({path.string(), "the checkpoint is gone"});
    } else {
      verify_checkpoint(*note, key_, path.string());
    }
  } catch (const base::Error& error) {
    for (const base::Finding& finding : error.findings()) findings.push_back(finding);
  }
  return findings;
}

void Head::sync() const {
  for (const fs::path& path : {slots_path(ledger_), checkpoint_path(ledger_)}) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd) continue;  // a ledger of an earlier build has no slots
    if (::fdatasync(fd.get()) != 0)
      base::throw_errno(errno, "cannot be made durable", path.string());
    return;
  }
}

void Head::write(const std::string& note, const Checkpoint& checkpoint) {
  const std::lock_guard guard(mutex_);
  if (note.size() > kHeadSlotBytes)
    throw base::Error(base::ExitCode::usage, "the checkpoint's origin is too long");
  const fs::path path = slots_path(ledger_);
  // Over the slot that is not the head: half written, it must not take the head with it.
  std::size_t slot = 0;
  std::uint64_t most = 0;
  bool whole = true;
  const std::vector<Copy> slots = slots_of(ledger_);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const bool is_signed = verified(slots[i].note).has_value();
    whole = whole && (is_signed || slots[i].note.empty());
    if (is_signed && slots[i].size > most) {
      most = slots[i].size;
      slot = 1 - i;
    }
  }
  if (!whole) {  // `checkpoint` may be the only copy of the head: it must outlive what comes now
    for (const Copy& copy : copies_of(ledger_)) {
      if (!verified(copy.note)) continue;
      base::write_file_atomically(checkpoint_path(ledger_), copy.note, 0644);
      break;
    }
  }
  const bool is_new = slots.size() < 2;
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) base::throw_errno(errno, "cannot be opened for writing", path.string());
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1)
    throw base::Error(base::ExitCode::check_failed, "not a file of this ledger alone",
                      path.string());
  if (is_new && ::ftruncate(fd.get(), static_cast<off_t>(2 * kHeadSlotBytes)) != 0)
    base::throw_errno(errno, "cannot take its space", path.string());
  std::string bytes = note;
  bytes.resize(kHeadSlotBytes, '\0');
  base::write_at(fd.get(), slot * kHeadSlotBytes, base::as_bytes(bytes), path.string());
  if (is_new) {
    base::sync(fd.get(), path.string());
    base::sync_directory(ledger_);
  } else if (::fdatasync(fd.get()) != 0) {
    base::throw_errno(errno, "cannot be made durable", path.string());
  }
  remember(note, checkpoint);
  write_copy(note);
}

// In place: to replace the file would cost more than all else. The entries are acknowledged by the
// slot; what is not written now, the next append writes, and audit verify finds a copy that is
// damaged or gone.
void Head::write_copy(const std::string& note) const {
  const fs::path path = checkpoint_path(ledger_);
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  const bool in_place = fd && ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode) &&
                        status.st_nlink == 1 && status.st_size <= static_cast<off_t>(note.size());
  if (in_place && base::try_write_at(fd.get(), 0, base::as_bytes(note)) == 0) return;
  try {
    base::replace_file(path, note, 0644);
  } catch (const base::Error&) {
  }
}

}  // namespace proviso::ledger
