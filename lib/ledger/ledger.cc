#include "ledger/ledger.h"

#include <mutex>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "crypto/random.h"
#include "ledger/appender.h"
#include "ledger/checkpoint.h"
#include "ledger/documents.h"
#include "ledger/facts.h"
#include "ledger/key_rotation.h"
#include "ledger/line.h"
#include "ledger/log.h"
#include "ledger/summary.h"
#include "ledger/verified_entries.h"

namespace proviso::ledger {

namespace fs = std::filesystem;

struct Ledger::Impl {
  Impl(fs::path directory, const crypto::PublicKey& key) : log(std::move(directory), key) {}

  Log log;
  bool rehearsal = false;
  std::mutex mutex;                  // guards `log`, `appender`
  std::optional<Appender> appender;  // where it was opened to append
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
  Log log(directory, crypto::PublicKey::of(key));
  // The caller keeps the key.
  const std::shared_ptr<const crypto::PrivateKey> borrowed(std::shared_ptr<void>(), &key);
  Appender(log, borrowed)
      .begin_log(
          identity.origin,
          to_entry(Created{identity.origin, std::string(instrument), identity.rehearsal}, "init"));
}

Ledger Ledger::open_to_read(const fs::path& directory, const crypto::PublicKey& key) {
  auto impl = std::make_unique<Impl>(directory, key);
  impl->rehearsal = impl->log.checked_head().origin.ends_with(kRehearsalSuffix);
  return Ledger(std::move(impl));
}

Ledger Ledger::open_to_append(const fs::path& directory,
                              std::shared_ptr<const crypto::PrivateKey> key, bool rehearsal) {
  Ledger ledger = open_to_read(directory, crypto::PublicKey::of(*key));
  Impl& impl = *ledger.impl_;
  if (impl.rehearsal != rehearsal) {
    throw base::Error(base::ExitCode::config,
                      impl.rehearsal ? "a rehearsal ledger, and the policy's mode is production"
                                     : "a production ledger, and the policy's mode is rehearsal",
                      directory.string());
  }
  impl.appender.emplace(impl.log, std::move(key));
  return ledger;
}

Appender& Ledger::appender() const {
  if (!impl_->appender)
    throw base::Error(base::ExitCode::software, "the ledger was opened for reading only");
  return *impl_->appender;
}

void Ledger::append(const std::vector<Entry>& entries) {
  const std::lock_guard guard(impl_->mutex);
  appender().append(entries);
}

void Ledger::rotate_key(std::shared_ptr<const crypto::PrivateKey> next) {
  {
    const std::lock_guard guard(impl_->mutex);
    appender().rotate_key(*next);
  }
  *this = open_to_append(fs::path(directory()), std::move(next), rehearsal());
}

std::shared_ptr<const VerifiedEntries> Ledger::entries() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->log.entries();
}

std::uint64_t Ledger::read(std::uint64_t from,
                           const std::function<bool(const StoredEntry&)>& visit) const {
  return entries()->read(from, [&](std::uint64_t index, std::string_view line) {
    return visit(entry_of(index, line));
  });
}

Corrections Ledger::corrections() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->log.summary().corrections();
}

Checkpoint Ledger::checkpoint() const { return impl_->log.head().read(); }

std::string Ledger::checkpoint_note() const {
  std::string note = impl_->log.head().note();
  impl_->log.head().sync();
  return note;
}

std::uint64_t Ledger::durable_size() const {
  const std::uint64_t size = impl_->log.head().read().size;
  impl_->log.head().sync();
  return size;
}

void Ledger::require_extends(std::string_view note, std::string_view name) const {
  entries()->require_extends(verified(note, name), name);
}

Checkpoint Ledger::verified(std::string_view note, std::string_view name) const {
  try {
    return verify_checkpoint(note, impl_->log.key(), name);
  } catch (const base::Error&) {
    const std::lock_guard guard(impl_->mutex);
    const std::string origin = impl_->log.head().read().origin;
    for (const crypto::PublicKey& key :
         keys_before(impl_->log.key(), impl_->log.summary().rotations(), origin)) {
      try {
        return verify_checkpoint(note, key, name);
      } catch (const base::Error&) {  // perhaps an older one signed it
      }
    }
    throw;
  }
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
  const fs::path directory = documents_of(impl_->log.directory());
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

const fs::path& Ledger::directory() const { return impl_->log.directory(); }
bool Ledger::rehearsal() const { return impl_->rehearsal; }

base::FileLock Ledger::hold() const {
  auto lock = base::FileLock::take_within(directory() / kLockName);
  impl_->log.head().read();  // by this key
  return lock;
}

std::span<const std::byte> Ledger::mac_key() const {
  if (!impl_->appender) return {};
  const std::lock_guard guard(impl_->mutex);
  return impl_->appender->mac_key();
}

}  // namespace proviso::ledger
