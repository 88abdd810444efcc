#include "ledger/verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/file.h"
#include "ledger/checkpoint.h"
#include "ledger/documents.h"
#include "ledger/doubles.h"
#include "ledger/events.h"
#include "ledger/facts.h"
#include "ledger/head.h"
#include "ledger/key_rotation.h"
#include "ledger/line.h"
#include "ledger/segments.h"
#include "ledger/snapshot.h"
#include "ledger/stored_hashes.h"
#include "ledger/summary.h"
#include "ledger/verified_entries.h"

namespace proviso::ledger {
namespace {

namespace fs = std::filesystem;

void tell_errors(std::vector<base::Finding>& findings, const std::function<void()>& check) {
  try {
    check();
  } catch (const base::Error& error) {
    findings.insert(findings.end(), error.findings().begin(), error.findings().end());
  }
}

// Where what has no room in memory goes. Error(cannot_create) of Doubles names what is wrong.
fs::path temporary_folder() {
  std::error_code error;
  fs::path folder = fs::temp_directory_path(error);
  return error ? fs::path("/tmp") : folder;
}

void check_documents(const fs::path& directory, const std::map<std::string, std::string>& named,
                     std::vector<base::Finding>& findings) {
  std::error_code error;
  for (const auto& [digest, place] : named) {
    const fs::path path = documents_of(directory) / digest;
    if (!fs::exists(fs::symlink_status(path, error)))
      findings.push_back({path.string(), fmt::format("the document is gone that {} names", place)});
  }
  // What cannot be listed or read is not known to be as it was: that is told like damage.
  std::vector<std::string> names;
  tell_errors(findings, [&] {
    if (const auto folder = base::Folder::open(documents_of(directory))) names = folder->names();
  });
  for (const std::string& name : names) {
    if (name.find(".tmp-") != std::string::npos) continue;  // of a writer that died
    const fs::path path = documents_of(directory) / name;
    tell_errors(findings, [&] {
      if (read_document(path)) return;
      const auto found = named.find(name);
      findings.push_back(
          {path.string(), found == named.end()
                              ? std::string(kChangedDocument)
                              : fmt::format("{}; {} names it", kChangedDocument, found->second)});
    });
  }
}

bool has(const std::vector<base::Finding>& findings, const std::string& where) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const base::Finding& finding) { return finding.where == where; });
}

// All lines of a log, each once and in order.
class Pass {
 public:
  Pass(const fs::path& ledger, std::string_view origin)
      : ledger_(ledger), origin_(origin), ids_(temporary_folder()), cases_(temporary_folder()) {}

  void take(std::string_view line) {
    const std::uint64_t index = tree_.size();
    const auto members = common_members(line);
    if (auto fault = order_.fault_of(index, members)) {
      tell(index, std::move(*fault));
    } else {
      if (!members->id.empty()) ids_.add(members->id, index);
      if (is_of_interest(members->event)) take_fact(entry_of(index, line, *members));
    }
    tree_.push(leaf_hash(line));
  }

  // Of the entries, once it is known that they have the signed root.
  void find_doubles(const VerifiedEntries& entries) {
    find_doubles(entries, ids_.suspects(), "an earlier entry has this id",
                 [](const StoredEntry& entry) { return std::optional(entry.event_id); });
    find_doubles(entries, cases_.suspects(), "an earlier entry stored this case",
                 [](const StoredEntry& entry) {
                   const auto stored = read<CaseStored>(entry);
                   return stored ? std::optional(stored->id.value) : std::nullopt;
                 });
  }

  // The one that signs now must be the one that was rotated to last.
  void check_key(const crypto::PublicKey& key) {
    if (rotation_ && base::to_hex(key.raw()) != key_)
      tell(*rotation_, "another key than the one that was rotated to signs the checkpoint");
  }

  const Tree& tree() const { return tree_; }
  const std::map<std::string, std::string>& documents() const { return documents_; }
  std::vector<base::Finding>& findings() { return findings_; }

 private:
  static bool is_of_interest(std::string_view event) {
    return event == event::kSnapshot || event == event::kReportMade ||
           event == event::kGateInputs || Summary::takes(event);
  }

  void tell(std::uint64_t index, std::string what) {
    findings_.push_back({line_place(ledger_, index), std::move(what)});
  }

  void take_fact(const StoredEntry& entry) {
    try {
      if (const auto taken = read<SnapshotTaken>(entry)) check(*taken, entry.index);
      if (const auto rotated = read<KeyRotated>(entry)) take_rotation(*rotated, entry.index);
      if (const auto made = read<ReportMade>(entry)) name_document(made->sha256, entry.index);
      if (const auto inputs = read<GateInputs>(entry)) {
        for (const KeptDocument& each : inputs->documents) name_document(each.sha256, entry.index);
      }
      if (const auto stored = read<CaseStored>(entry)) {
        cases_.add(stored->id.value, entry.index);
        summary_.take(*stored, entry.index);
      } else {
        summary_.take(entry);
      }
    } catch (const base::Error& error) {
      tell(entry.index, error.findings().front().what);
    }
  }

  void take_rotation(const KeyRotated& rotated, std::uint64_t index) {
    if (!is_signed_by_both(rotated, origin_, index))
      tell(index, "the rotation of the key is not signed by both keys");
    if (rotation_ && rotated.old_key != key_)
      tell(index, "the key that this rotation ends is not the one that was rotated to before");
    rotation_ = index;
    key_ = rotated.new_key;
  }

  void name_document(const std::string& digest, std::uint64_t index) {
    documents_.emplace(digest, line_place(ledger_, index));
  }

  void check(const SnapshotTaken& taken, std::uint64_t index) {
    if (taken.version != kSnapshotVersion) {
      tell(index, fmt::format("a snapshot of version {}, which this program cannot make again: a "
                              "newer Proviso wrote it",
                              taken.version));
      return;
    }
    SnapshotFile made = summary_.snapshot(index);
    if (taken != made.taken) tell(index, "the snapshot is not that of the entries before it");
    summary_.rest_on(std::move(made.snapshot));
  }

  void find_doubles(const VerifiedEntries& entries, const std::vector<std::uint64_t>& suspects,
                    std::string_view what,
                    const std::function<std::optional<std::string>(const StoredEntry&)>& text_of) {
    std::map<std::string, std::uint64_t> first;
    for (const std::uint64_t suspect : suspects) {
      entries.read(suspect, [&](std::uint64_t index, std::string_view line) {
        const auto text = text_of(entry_of(index, line));
        if (text && !first.emplace(*text, index).second)
          tell(index, fmt::format("{}: {}", what, line_place(ledger_, first.at(*text))));
        return false;
      });
    }
  }

  fs::path ledger_;
  std::string origin_;
  Tree tree_;
  Order order_;
  Doubles ids_, cases_;
  Summary summary_{Summary::Start::first_entry};
  std::optional<std::uint64_t> rotation_;         // the entry of the last one
  std::string key_;                               // hex: rotated to then
  std::map<std::string, std::string> documents_;  // and the entry that names each
  std::vector<base::Finding> findings_;
};

}  // namespace

Verification verify(const Ledger& ledger, const crypto::PublicKey& key,
                    const std::optional<std::string>& remembered) {
  const fs::path& directory = ledger.directory();
  Verification result;
  result.note = ledger.checkpoint_note();
  result.checkpoint = verify_checkpoint(result.note, key, "checkpoint");
  std::optional<Checkpoint> earlier;
  if (remembered) earlier = ledger.verified(*remembered, "remembered checkpoint");

  Pass pass(directory, result.checkpoint.origin);
  Place end;
  try {
    end = read_blocks(directory, {}, result.checkpoint.size, [&](const Block& block) {
      for (const std::string_view line : block.lines) pass.take(line);
      return true;
    });
    if (end.index < result.checkpoint.size || pass.tree().root() != result.checkpoint.root) {
      // It finds the place that the lines themselves may not give away.
      const VerifiedEntries whole(directory, result.checkpoint, nullptr);
      whole.read(0, [](std::uint64_t, std::string_view) { return true; });
    } else {
      const VerifiedEntries entries(directory, result.checkpoint, pass.tree());
      if (earlier) entries.require_extends(*earlier, "the remembered checkpoint");
      pass.find_doubles(entries);
      pass.check_key(key);
      tell_errors(pass.findings(), [&] {
        for (base::Finding& finding : snapshot_findings(entries))
          pass.findings().push_back(std::move(finding));
      });
    }
  } catch (const base::Error& error) {
    const bool is_of_ledger =
        error.code() == base::ExitCode::check_failed || error.code() == base::ExitCode::data;
    if (!is_of_ledger) throw;  // no memory, no room for a temporary file, no right to read
    for (const base::Finding& finding : error.findings()) {
      if (!has(pass.findings(), finding.where)) pass.findings().push_back(finding);
    }
  }
  result.findings = std::move(pass.findings());
  if (result.findings.empty()) {
    const std::uint64_t size = segment_size(directory, end.index);
    // Others append meanwhile: what lies behind is of a newer head then.
    const bool is_newest = ledger.checkpoint().size == result.checkpoint.size;
    if (is_newest && size > end.offset) result.unacknowledged_bytes = size - end.offset;
  }
  for (base::Finding& finding : Head(directory, key).damage())
    result.findings.push_back(std::move(finding));
  check_documents(directory, pass.documents(), result.findings);
  return result;
}

}  // namespace proviso::ledger
