// The quality of hash lists, checked over all lists of the policy: what `index check` prints, and
// what the yearly report counts (7.K1).
//
// Memory: 32 bytes per hash of lists against child sexual abuse, at most kMaxCheckedHashes of them
// (1 GiB). Known-good lists are compared with these and not kept. No finding holds a hash.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/list.h"
#include "json/json.h"
#include "law/instrument.h"
#include "ledger/facts.h"
#include "policy/policy.h"

namespace proviso::index {

constexpr std::uint64_t kMaxCheckedHashes = 32'000'000;
constexpr std::size_t kMaxExamples = 5;
constexpr int kTombstoneDays = 90;  // ThreatExchange keeps a tombstone for so long

struct QualityFinding {
  std::string list;
  std::string check;                  // one of kQualityChecks
  std::uint64_t count = 0;            // of entries, or of what `detail` names
  std::string detail;                 // empty, or the other list, the missing member, ...
  std::vector<std::string> examples;  // ids of entries, else "line N"; at most kMaxExamples
};

// Their order is that of the report.
constexpr std::array<std::string_view, 17> kQualityChecks{"purpose",
                                                          "unreadable",
                                                          "in-use",
                                                          "known-good",
                                                          "empty-file",
                                                          "malformed",
                                                          "duplicate",
                                                          "label-conflict",
                                                          "label-conflict-across",
                                                          "feedback",
                                                          "stale",
                                                          "tombstones-lost",
                                                          "no-id",
                                                          "no-label",
                                                          "provenance",
                                                          "suspended",
                                                          "withdrawals-unused"};

struct ListQuality {
  std::string name, purpose, sha256;
  bool read = false;  // false: see its finding
  ListReport report;
  std::map<std::string, std::uint64_t> hashes;  // by type
};

struct QualityReport {
  base::Instant at;
  std::vector<ListQuality> lists;
  std::vector<QualityFinding> findings;
};

// True if the compiled index has the hash as an entry of the list that gives hits. With `id`: as
// the entry with that id (empty: without one).
using InUse = std::function<bool(const std::string& list, HashType, std::span<const std::byte> hash,
                                 const std::optional<std::string>& id)>;

// Reads every list of the policy once, and those with examples a second time for their ids. A list
// that cannot be read is a finding. Error(data) if the lists have more than kMaxCheckedHashes,
// Error(io). Without `in_use` the index is not asked. A video is in use if its frames are.
QualityReport check_lists(const policy::Policy&, const law::Resolved&, const InUse& in_use = {});

json::OrderedJson to_json(const QualityReport&);
std::string to_text(const QualityReport&);  // a table for people
// For the ledger: counts, no hashes and no ids.
ledger::IndexChecked checked_fact(const QualityReport&);

}  // namespace proviso::index
