#include "ledger/audit.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "base/file.h"
#include "crypto/random.h"
#include "json/json.h"
#include "ledger/checkpoint.h"
#include "ledger/entry_json.h"
#include "ledger/events.h"
#include "ledger/segments.h"

namespace proviso::ledger {
namespace {

namespace fs = std::filesystem;

std::string place(const fs::path& directory, std::uint64_t index) {
  return fmt::format("{}:{}", segment_path(directory, index).string(), index % kSegmentEntries + 1);
}

// Numbering and time of one line; the Merkle root alone would not say where a log was touched.
void check_line(const fs::path& directory, std::uint64_t index, std::string_view line,
                base::Instant& last, std::vector<base::Finding>& findings) {
  try {
    const json::Json entry = json::parse(line, "entry");
    const auto number = entry.find("n");
    if (number == entry.end() || !number->is_number_unsigned() ||
        number->get<std::uint64_t>() != index) {
      findings.push_back(
          {place(directory, index),
           fmt::format("entry {} was expected here: an entry was removed, added or re-ordered",
                       index)});
    }
    const auto time = base::parse_instant(entry.value("time", std::string()));
    if (!time || *time < last)
      findings.push_back(
          {place(directory, index), "the time goes back: an entry was re-ordered or changed"});
    if (time) last = *time;
  } catch (const base::Error&) {
    findings.push_back({place(directory, index), "the line is no entry: it was changed"});
  } catch (const json::Json::exception&) {
    findings.push_back(
        {place(directory, index), "a member has the wrong type: the entry was changed"});
  }
}

void check_documents(const fs::path& directory, std::vector<base::Finding>& findings) {
  std::error_code error;
  for (fs::directory_iterator it(directory / "documents", error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.find(".tmp-") != std::string::npos) continue;  // of a writer that died
    if (crypto::sha256_hex(base::read_file(it->path())) != name) {
      findings.push_back(
          {it->path().string(), "the document's digest is not its name: it was changed"});
    }
  }
}

std::uint64_t segment_bytes(const fs::path& directory, std::uint64_t index) {
  std::error_code error;
  const auto size = fs::file_size(segment_path(directory, index), error);
  return error ? 0 : size;
}

}  // namespace

std::vector<base::Sha256> leaves(const Ledger& ledger) {
  std::vector<base::Sha256> hashes;
  read_lines(ledger.directory(), {}, ledger.checkpoint().size,
             [&](std::uint64_t, std::string_view line) {
               hashes.push_back(leaf_hash(line));
               return true;
             });
  return hashes;
}

Verification verify(const Ledger& ledger, const crypto::PublicKey& key,
                    const std::optional<std::string>& remembered) {
  const fs::path& directory = ledger.directory();
  Verification result;
  result.checkpoint = ledger.checkpoint();
  std::optional<Checkpoint> earlier;
  if (remembered) earlier = verify_checkpoint(*remembered, key, "remembered checkpoint");

  Frontier frontier;
  base::Instant last;
  std::optional<base::Sha256> root_then;
  if (earlier && earlier->size == 0) root_then = frontier.root();
  const Place end = read_lines(directory, {}, result.checkpoint.size,
                               [&](std::uint64_t index, std::string_view line) {
                                 check_line(directory, index, line, last, result.findings);
                                 frontier.push(leaf_hash(line));
                                 if (earlier && frontier.size() == earlier->size)
                                   root_then = frontier.root();
                                 return true;
                               });
  if (end.index < result.checkpoint.size) {
    result.findings.push_back(
        {place(directory, end.index),
         fmt::format("the log ends after {} entries and its checkpoint covers {}: it was cut",
                     end.index, result.checkpoint.size)});
  } else if (frontier.root() != result.checkpoint.root) {
    result.findings.push_back(
        {directory.string(),
         "the entries do not have the root that the checkpoint signs: an entry was changed"});
  } else if (const std::uint64_t size = segment_bytes(directory, end.index); size > end.offset) {
    result.unacknowledged_bytes = size - end.offset;
  }
  if (earlier) {
    if (earlier->origin != result.checkpoint.origin) {
      result.findings.push_back({"remembered checkpoint", "is of another log: " + earlier->origin});
    } else if (earlier->size > result.checkpoint.size) {
      result.findings.push_back(
          {directory.string(), fmt::format("the log was rolled back: it had {} entries and has {}",
                                           earlier->size, result.checkpoint.size)});
    } else if (root_then && *root_then != earlier->root) {
      result.findings.push_back(
          {directory.string(),
           fmt::format("the first {} entries are not those of the remembered checkpoint",
                       earlier->size)});
    }
  }
  check_documents(directory, result.findings);
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
