#include "ledger/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "crypto/random.h"
#include "json/json.h"
#include "ledger/checkpoint.h"
#include "ledger/entry_json.h"
#include "ledger/events.h"
#include "ledger/head.h"
#include "ledger/line.h"
#include "ledger/segments.h"
#include "ledger/stored_hashes.h"
#include "ledger/verified_entries.h"

namespace proviso::ledger {
namespace {

namespace fs = std::filesystem;

// The document that an entry says the ledger keeps.
std::optional<std::string> document_of(std::uint64_t index, std::string_view line) {
  // Few entries name one, and few need to be parsed for it.
  if (line.find(event::kReportMade) == std::string_view::npos) return std::nullopt;
  const auto made = read<ReportMade>(entry_of(index, line));
  return made ? std::optional(made->sha256) : std::nullopt;
}

void check_documents(const fs::path& directory, const std::map<std::string, std::string>& named,
                     std::vector<base::Finding>& findings) {
  for (const auto& [digest, place] : named) {
    std::error_code error;
    if (!fs::exists(directory / "documents" / digest, error)) {
      findings.push_back({(directory / "documents" / digest).string(),
                          fmt::format("the document is gone that {} names", place)});
    }
  }
  std::error_code error;
  for (fs::directory_iterator it(directory / "documents", error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.find(".tmp-") != std::string::npos) continue;  // of a writer that died
    if (!it->is_regular_file(error) || crypto::sha256_hex(base::read_file(it->path())) != name) {
      findings.push_back(
          {it->path().string(), "the document's digest is not its name: it was changed"});
    }
  }
}

bool has(const std::vector<base::Finding>& findings, const std::string& where) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const base::Finding& finding) { return finding.where == where; });
}

}  // namespace

Verification verify(const Ledger& ledger, const crypto::PublicKey& key,
                    const std::optional<std::string>& remembered) {
  const fs::path& directory = ledger.directory();
  Verification result;
  result.note = ledger.checkpoint_note();
  result.checkpoint = verify_checkpoint(result.note, key, "checkpoint");
  std::optional<Checkpoint> earlier;
  if (remembered) earlier = verify_checkpoint(*remembered, key, "remembered checkpoint");

  Tree tree;
  Order order;
  Place end;
  std::map<std::string, std::string> documents;  // and the entry that names each
  try {
    end = read_blocks(directory, {}, result.checkpoint.size, [&](const Block& block) {
      for (const std::string_view line : block.lines) {
        const std::uint64_t index = tree.size();
        if (auto fault = order.fault_of(index, line)) {
          result.findings.push_back({line_place(directory, index), std::move(*fault)});
        } else if (auto digest = document_of(index, line)) {
          documents.emplace(std::move(*digest), line_place(directory, index));
        }
        tree.push(leaf_hash(line));
      }
      return true;
    });
    if (end.index < result.checkpoint.size || tree.root() != result.checkpoint.root) {
      // It finds the place that the lines themselves may not give away.
      const VerifiedEntries whole(directory, result.checkpoint, nullptr);
      whole.read(0, [](std::uint64_t, std::string_view) { return true; });
    } else if (earlier) {
      VerifiedEntries(directory, result.checkpoint, tree)
          .require_extends(*earlier, "the remembered checkpoint");
    }
  } catch (const base::Error& error) {
    for (const base::Finding& finding : error.findings()) {
      if (!has(result.findings, finding.where)) result.findings.push_back(finding);
    }
  }
  if (const std::uint64_t size = segment_size(directory, end.index);
      result.findings.empty() && size > end.offset)
    result.unacknowledged_bytes = size - end.offset;
  for (base::Finding& finding : Head(directory, key).damage())
    result.findings.push_back(std::move(finding));
  check_documents(directory, documents, result.findings);
  return result;
}

bool Query::matches(const StoredEntry& entry) const {
  const auto is = [](const std::string& wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
  };
  if (!is(event, entry.event) || !is(run, entry.run) || !is(tool, entry.tool)) return false;
  if (!case_id.empty()) {
    const json::Json members = members_of(entry);
    const auto found = members.find("case");
    if (found == members.end() || !found->is_string() || found->get<std::string>() != case_id)
      return false;
  }
  return (!from || entry.time >= *from) && (!to || entry.time < *to);
}

std::int64_t Balance::unaccounted() const {
  const std::uint64_t out = erased + stored + replayed + content_gone + errors + dropped_later;
  return static_cast<std::int64_t>(in) - static_cast<std::int64_t>(out);
}

namespace {

std::uint64_t Balance::*came_out(CountOutcome outcome) {
  switch (outcome) {
    case CountOutcome::erased:
      return &Balance::erased;
    case CountOutcome::stored:
      return &Balance::stored;
    case CountOutcome::replayed:
      return &Balance::replayed;
    case CountOutcome::content_gone:
      return &Balance::content_gone;
    default:
      return &Balance::errors;
  }
}

}  // namespace

Balance balance(const Ledger& ledger, const std::string& run) {
  const RunTotals totals = run_totals(ledger, run);
  Balance result;
  result.run = run;
  result.open = totals.open;
  result.unclean = totals.unclean;
  for (const auto& [key, n] : totals.counts) {
    if (key.side == CountSide::in) {
      result.in += n;
    } else if (key.side == CountSide::dropped) {
      // What scope-check drops is refused or not a record; what retain drops has another kind than
      // was declared.
      const bool at_scope =
          key.outcome == CountOutcome::refused || key.outcome == CountOutcome::error;
      (at_scope ? result.dropped_at_scope : result.dropped_later) += n;
    } else {
      (result.*came_out(key.outcome)) += n;
    }
  }
  return result;
}

std::vector<std::string> runs(const Ledger& ledger) {
  std::vector<std::string> found;
  std::set<std::string> seen;
  ledger.read(0, [&](const StoredEntry& entry) {
    if (entry.event == event::kGateInputs && seen.insert(entry.run).second)
      found.push_back(entry.run);
    return true;
  });
  return found;
}

std::string to_text(const StoredEntry& entry) { return members_of(entry).dump(); }

std::string to_text(const Balance& balance) {
  json::OrderedJson out{{"run", balance.run},
                        {"in", balance.in},
                        {"erased", balance.erased},
                        {"stored", balance.stored},
                        {"errors", balance.errors},
                        {"dropped", balance.dropped_later},
                        {"content_gone", balance.content_gone},
                        {"replayed", balance.replayed},
                        {"unaccounted", balance.unaccounted()},
                        {"dropped_at_scope", balance.dropped_at_scope}};
  if (balance.open) out["open"] = true;
  if (balance.unclean) out["unclean"] = true;
  return out.dump();
}

}  // namespace proviso::ledger
