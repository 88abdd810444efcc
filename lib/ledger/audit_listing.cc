#include "ledger/audit_listing.h"

#include <fmt/core.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/instant.h"
#include "crypto/random.h"
#include "json/json.h"
#include "ledger/documents.h"
#include "ledger/merkle.h"
#include "ledger/verification.h"
#include "ledger/verified_entries.h"

namespace proviso::ledger {

namespace {

json::OrderedJson hex_list(const std::vector<base::Sha256>& hashes) {
  json::OrderedJson list = json::OrderedJson::array();
  for (const base::Sha256& hash : hashes) list.push_back(base::to_hex(hash));
  return list;
}

std::optional<base::Instant> read_instant(const std::string& text, const char* option) {
  if (text.empty()) return std::nullopt;
  const auto instant = base::parse_instant(text);
  if (!instant) {
    throw base::Error(base::ExitCode::usage, fmt::format("'{}' is no RFC 3339 instant", text),
                      option);
  }
  return instant;
}

Subtree subtrees_of(const VerifiedEntries& log) {
  return [&log](std::uint64_t first, unsigned height) { return log.subtree(first, height); };
}

}  // namespace

std::string inclusion_text(const Ledger& ledger, std::uint64_t index) {
  const auto log = ledger.entries();
  const Checkpoint& signed_head = log->checkpoint();
  if (index >= signed_head.size) {
    throw base::Error(base::ExitCode::usage,
                      fmt::format("the log has {} entries", signed_head.size), "N");
  }
  const Subtree subtree = subtrees_of(*log);
  const json::OrderedJson proof{
      {"index", index},
      {"size", signed_head.size},
      {"leaf", base::to_hex(subtree(index, 0))},
      {"root", base::to_hex(signed_head.root)},
      {"proof", hex_list(inclusion_proof(subtree, signed_head.size, index))}};
  return proof.dump(2) + "\n";
}

std::string consistency_text(const Ledger& ledger, std::uint64_t old_size, std::uint64_t new_size) {
  const auto log = ledger.entries();
  const std::uint64_t all = log->checkpoint().size;
  const std::uint64_t size = new_size == 0 ? all : new_size;
  if (old_size == 0 || old_size > size || size > all) {
    throw base::Error(base::ExitCode::usage,
                      fmt::format("sizes 1 to {} in order were expected", all), "OLD NEW");
  }
  const Subtree subtree = subtrees_of(*log);
  const json::OrderedJson proof{{"old_size", old_size},
                                {"old_root", base::to_hex(root_of(subtree, old_size))},
                                {"size", size},
                                {"root", base::to_hex(root_of(subtree, size))},
                                {"proof", hex_list(consistency_proof(subtree, size, old_size))}};
  return proof.dump(2) + "\n";
}

std::string document(const Ledger& ledger, std::string_view digest) {
  if (digest.size() != 64 || !base::from_hex(digest))
    throw base::Error(base::ExitCode::usage, "64 hex digits were expected", "DIGEST");
  const std::filesystem::path path = documents_of(ledger.directory()) / digest;
  auto bytes = read_document(path);
  if (!bytes)
    throw base::Error(base::ExitCode::check_failed, std::string(kChangedDocument), path.string());
  return *std::move(bytes);
}

std::string verified(const Ledger& ledger, const crypto::PublicKey& key, const std::string& since) {
  std::optional<std::string> remembered;
  std::error_code error;
  if (!since.empty() && std::filesystem::exists(since, error)) remembered = base::read_file(since);
  const Verification result = verify(ledger, key, remembered);
  if (!result.findings.empty()) throw base::Error(base::ExitCode::check_failed, result.findings);
  if (!since.empty() && remembered != result.note) base::write_file_atomically(since, result.note);
  return fmt::format("{}: {} entries, root {}, as signed{}", result.checkpoint.origin,
                     result.checkpoint.size, crypto::base64(result.checkpoint.root),
                     result.unacknowledged_bytes == 0
                         ? ""
                         : fmt::format("; {} bytes behind it were never acknowledged",
                                       result.unacknowledged_bytes));
}

void list_entries(const Ledger& ledger, Query query, const std::string& from, const std::string& to,
                  const std::function<bool(std::string_view line)>& line) {
  query.from = read_instant(from, "--from");
  query.to = read_instant(to, "--to");
  // Only a question of time needs to know when the clock was wrong.
  const Corrections corrections = query.from || query.to ? ledger.corrections() : Corrections();
  ledger.read(0, [&](const StoredEntry& entry) {
    return !query.matches(entry, corrections) || line(to_text(entry) + "\n");
  });
}

std::vector<Balance> balances(const Ledger& ledger, const std::string& run, bool all) {
  if (!all && run.empty())
    throw base::Error(base::ExitCode::usage, "a run or --all was expected", "RUN");
  std::vector<Balance> found;
  if (all) {
    for (const std::string& each : runs(ledger)) found.push_back(balance(ledger, each));
  } else {
    found.push_back(balance(ledger, run));
  }
  if (!all && found[0].in == 0 && found[0].dropped_at_scope == 0)
    throw base::Error(base::ExitCode::no_input, "the ledger knows no such run", run);
  return found;
}

std::string unaccounted_text(const Balance& found) {
  if (found.open) return "the run is in progress; what is on its way is not accounted for yet";
  return fmt::format("{} of {} items are not accounted for{}", found.unaccounted(), found.in,
                     found.unclean ? "; a stage died, figures may be off by one group" : "");
}

}  // namespace proviso::ledger
