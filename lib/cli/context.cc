#include "cli/context.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/file.h"
#include "base/instant.h"
#include "crypto/keys.h"
#include "law/instrument.h"
#include "ledger/checkpoint_copy.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

namespace proviso::cli {

namespace {

std::optional<std::string> given_clock(const Common& common) {
  if (common.now) return common.now;
  const char* environment = std::getenv("PROVISO_NOW");
  if (environment != nullptr && *environment != '\0') return environment;
  return std::nullopt;
}

}  // namespace

// In the order in which they are opened, as what is opened later may refer to what was before.
struct Context::Opened {
  std::unique_ptr<const policy::Policy> policy;
  std::optional<law::Resolved> law;
  std::optional<crypto::PublicKey> ledger_public_key;
  std::optional<ledger::Ledger> ledger;
  bool appends_to_policys = false;
};

Context::Context(Log log, Common common)
    : log_(std::move(log)), common_(std::move(common)), opened_(std::make_unique<Opened>()) {}

Context::~Context() = default;

const Log& Context::log() {
  output_.flush();
  return log_;
}

base::ExitCode Context::answer(std::string_view text) {
  print(text);
  return base::ExitCode::ok;
}

void Context::set_clock_without_policy() {
  const auto text = given_clock(common_);
  if (!text) return;
  const auto instant = base::parse_instant(*text);
  if (!instant) {
    throw base::Error(
        base::ExitCode::usage,
        fmt::format("'{}' is no instant, expected RFC 3339 such as 2026-11-24T10:00:00Z", *text),
        common_.now ? "--now" : "PROVISO_NOW");
  }
  base::set_clock(*instant);
}

const policy::Policy& Context::policy() { return policy(policy::LoadOptions{}); }

const policy::Policy& Context::policy(const policy::LoadOptions& options) {
  if (!opened_->policy) {
    set_clock_without_policy();  // load() refuses it in production
    std::optional<policy::fs::path> given;
    if (common_.policy) given = *common_.policy;
    opened_->policy =
        std::make_unique<const policy::Policy>(policy::load(policy::find(given), options));
  }
  return *opened_->policy;
}

const law::Resolved& Context::law() {
  if (!opened_->law) opened_->law.emplace(policy::resolve_law(policy()));
  return *opened_->law;
}

const law::Resolved& Context::law_with_note() {
  const law::Resolved& resolved = law();
  if (const auto note = resolved.unverified_note()) log().note(*note);
  return resolved;
}

ledger::Ledger& Context::ledger() {
  if (opened_->ledger) return *opened_->ledger;
  ledger::Ledger& opened = ledger({policy().ledger, policy().ledger_key}, policy().rehearsal);
  compare_with_vault();
  opened_->appends_to_policys = true;
  return opened;
}

void Context::keep_checkpoint() {
  if (!opened_->appends_to_policys) return;
  if (::access(policy().vault.c_str(), W_OK) == 0) keep_copy(*opened_->ledger, policy().vault);
}

void Context::compare_with_vault() {
  const std::filesystem::path copy = policy().vault / ledger::kCheckpointCopy;
  if (::access(copy.c_str(), R_OK) != 0 && errno == EACCES) {
    log().note(fmt::format("{} may not be read here: it would show a rollback of the ledger",
                           copy.string()));
    return;
  }
  require_extends_copy(*opened_->ledger, policy().vault);
}

ledger::Ledger& Context::ledger(const LedgerPlace& place, bool rehearsal) {
  if (!opened_->ledger) {
    auto key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::open(place.key));
    opened_->ledger.emplace(
        ledger::Ledger::open_to_append(place.directory, std::move(key), rehearsal));
  }
  return *opened_->ledger;
}

const ledger::Ledger& Context::ledger_to_read(const LedgerPlace& place) {
  if (!opened_->ledger) {
    if (!place.directory.empty() && !place.key.empty()) set_clock_without_policy();
    const crypto::PublicKey& key = ledger_public_key(place);
    const bool of_policy = place.directory.empty();
    opened_->ledger.emplace(
        ledger::Ledger::open_to_read(of_policy ? policy().ledger : place.directory, key));
    if (of_policy) compare_with_vault();
  }
  return *opened_->ledger;
}

const crypto::PublicKey& Context::ledger_public_key(const LedgerPlace& place) {
  auto& kept = opened_->ledger_public_key;
  if (kept) return *kept;
  if (!place.key.empty()) return kept.emplace(crypto::PublicKey::open(place.key));
  std::filesystem::path beside = policy().ledger_key;
  beside.replace_extension(".pub");
  std::error_code error;
  return kept.emplace(std::filesystem::exists(beside, error)
                          ? crypto::PublicKey::open(beside)
                          : crypto::PublicKey::of(crypto::PrivateKey::open(policy().ledger_key)));
}

void Context::write_stats(std::string_view line) const {
  if (!common_.stats) return;
  struct stat status {};
  if (stat(common_.stats->c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    // A pipe or device cannot be replaced by a whole new file.
    const base::UniqueFd fd(open(common_.stats->c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) base::throw_errno(errno, "cannot open", *common_.stats, base::ExitCode::cannot_create);
    base::write_all(fd.get(), line, *common_.stats);
    return;
  }
  base::write_file_atomically(*common_.stats, line);
}

}  // namespace proviso::cli
