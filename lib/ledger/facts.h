// Facts: what each event of the ledger says, as a struct with its one writer and its one reader.
//
// to_entry(fact, tool) makes the entry that Ledger::append() takes; read<Fact>(entry) returns the
// fact. Both walk the same table of members (facts.cc), so a member is named once. FORMAT.md
// lists the members. No fact holds personal data, content, or a hash of a user's content.
//
// Growth: a new member is optional when read, so that older entries still read, and raises no
// version. Whatever changes the meaning of a member raises kVersion of its fact; an entry that says
// more than the reader's is refused, never guessed.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "ledger/ledger.h"
#include "ledger/words.h"

namespace proviso::ledger {

// --- the log itself

struct Created {  // ledger.created: the first entry
  std::string origin, instrument;
  bool rehearsal = false;  // member `mode`
  bool operator==(const Created&) const = default;
};

struct Recovered {          // ledger.recovered
  std::uint64_t bytes = 0;  // cut from the end, which no checkpoint covered
  bool operator==(const Recovered&) const = default;
};

struct SnapshotTaken {      // ledger.snapshot: of the entries before this one; snapshot.h
  std::uint64_t size = 0;   // their number
  int version = 0;          // of the snapshot's form
  std::string sha256;       // of its head, hex
  std::uint64_t bytes = 0;  // of its head
  bool operator==(const SnapshotTaken&) const = default;
};

struct KeyRotated {  // ledger.key-rotated: from this entry on another key signs; key_rotation.h
  std::string old_key, new_key;  // Ed25519 public keys, hex
  std::string by_old, by_new;    // each one's signature of the same statement, base64
  bool operator==(const KeyRotated&) const = default;
};

// --- the gate, its people, and counts

struct KeptDocument {
  DocumentKind kind = DocumentKind::policy;
  std::string name;    // of the instrument, technology or service; empty for the policy
  std::string sha256;  // hex: its name in documents/
  bool operator==(const KeptDocument&) const = default;
};

struct GateInputs {                     // gate.inputs: once a run, what the gate was computed from
  std::string gate;                     // the gate's digest, hex
  std::string description;              // a JSON object: the inputs themselves (gate/gate_inputs.h)
  std::vector<KeptDocument> documents;  // what the run goes by; no part of the gate's digest
  bool operator==(const GateInputs&) const = default;
};

struct GateClosed {                // gate.closed
  std::vector<std::string> rules;  // those that were missing
  bool operator==(const GateClosed&) const = default;
};

struct Attested {  // policy.attested
  std::string rule, role, evidence_sha256;
  int person = 0;  // number in the policy
  base::Date expires;
  bool operator==(const Attested&) const = default;
};

struct Overseen {  // law.overseen, law.halted or law.resumed, by `act`
  OversightAct act = OversightAct::oversee;
  std::string technology, version;  // the technology's version
  int person = 0;                   // number in the policy
  std::optional<base::Instant> at;  // when it was signed
  std::string reason;               // may be empty
  std::string signature;            // base64; gate/oversight.h says over what
  bool operator==(const Overseen&) const = default;
};

// What is counted; empty members are left out of the entry.
struct CountKey {
  CountSide side = CountSide::out;
  std::string service, region, kind, technology;
  std::optional<base::MaterialClass> material_class;
  CountOutcome outcome = CountOutcome::error;
  std::string reason;  // rule id of a refusal, or code of an error
  auto operator<=>(const CountKey&) const = default;
};

struct CountRow {
  CountKey key;
  std::uint64_t n = 0, bytes = 0;
  bool operator==(const CountRow&) const = default;
};

struct CountsOfRun {  // counts: one run, one writer, one UTC hour
  base::Instant hour;
  std::string writer;
  std::uint64_t part = 0;  // how many entries this writer made of this run before
  std::vector<CountRow> rows;
  bool unclean = false;  // the writer died
  bool operator==(const CountsOfRun&) const = default;
};

struct ReportMade {  // report.made
  int year = 0;
  std::string form, sha256;  // of the report's JSON form, hex: kept as a document
  std::string service;       // empty: all
  bool operator==(const ReportMade&) const = default;
};

// --- hash lists and matching

struct IndexSection {
  std::string list, type;
  std::uint64_t entries = 0;
  bool operator==(const IndexSection&) const = default;
};

struct ListSample {  // a staged roll-out: these lists are looked up for that share of the items
  double rate = 0;
  std::string seed;
  std::vector<std::string> lists;  // empty: all
  bool operator==(const ListSample&) const = default;
};

struct IndexLoaded {  // index.loaded
  std::string index;  // the version: a digest, hex
  std::vector<IndexSection> sections;
  std::optional<ListSample> sample;
  bool operator==(const IndexLoaded&) const = default;
};

struct IndexWithdrawn {  // index.withdrawn: an entry was taken out of use
  std::string list;
  bool operator==(const IndexWithdrawn&) const = default;
};

struct IndexChecked {  // index.checked: the check of the hash lists
  std::uint64_t lists = 0, unread = 0, entries = 0;
  std::map<std::string, std::uint64_t> findings;  // by check
  bool operator==(const IndexChecked&) const = default;
};

struct MatchExcluded {  // match.excluded: hits taken away, once an hour at the most
  std::string index;
  std::map<std::string, std::uint64_t> known_good, suspended;  // by list
  bool operator==(const MatchExcluded&) const = default;
};

struct BreakerTripped {  // match.breaker
  std::string index;
  std::uint64_t seen = 0, hits = 0;  // records of the window
  double limit = 0;                  // share of hits
  std::uint64_t withheld = 0;        // records of the batch, none of which was passed on
  bool operator==(const BreakerTripped&) const = default;
};

// --- cases

// Leaves of an item that have hits: the item itself, or members of a container. A leaf with several
// hits is counted once, by the one that names its case best: previously identified, known, other.
struct LeafCount {
  std::string kind;
  std::optional<base::MaterialClass> material_class;
  std::uint64_t n = 0;
  bool operator==(const LeafCount&) const = default;
};

struct ReviewerVerdict {
  int reviewer = 0;  // number in the policy
  Verdict verdict = Verdict::reject;
  bool operator==(const ReviewerVerdict&) const = default;
};

struct CaseStored {  // case.stored
  base::CaseId id;
  std::string envelope_sha256, blob_sha256, evidence_sha256;  // of ciphertexts, hex; last may be ""
  std::string technology, list;
  std::optional<base::MaterialClass> material_class;
  bool previously_identified = false;
  std::string kind, service, region, instrument;
  std::optional<AccountRole> role;  // of the account holder
  std::vector<LeafCount> leaves;    // empty in entries of before November 2026
  bool operator==(const CaseStored&) const = default;
};

struct CaseAccessed {  // case.accessed
  base::CaseId id;
  std::string purpose, role;
  std::optional<int> person;  // number in the policy
  bool operator==(const CaseAccessed&) const = default;
};

struct CaseDecided {  // case.decided
  base::CaseId id;
  Verdict verdict = Verdict::reject;  // member `decision`
  int reviewer = 0;                   // number in the policy, of whoever decided last
  std::vector<int> reviewers;         // of all who agreed, where more than one had to
  std::vector<ReviewerVerdict>
      verdicts;  // the newest of each reviewer, oldest first; they may differ
  std::string technology, list;
  std::optional<base::MaterialClass> material_class;
  bool previously_identified = false;
  std::string service, region, kind;
  bool operator==(const CaseDecided&) const = default;
};

struct CaseReported {  // case.reported
  base::CaseId id;
  std::string organisation, package_sha256;
  std::optional<base::MaterialClass> material_class;  // new when it was confirmed as new
  std::string purpose;
  std::optional<std::string> basis, request_sha256;  // of an authority's request
  bool operator==(const CaseReported&) const = default;
};

struct CasePurged {  // case.purged
  base::CaseId id;
  PurgeReason reason = PurgeReason::expired;
  std::string rule;
  CaseState state = CaseState::suspected;  // before
  bool operator==(const CasePurged&) const = default;
};

struct PurgeRun {  // purge.run
  std::uint64_t cases = 0, spool_files = 0, orphan_blobs = 0, pending_rows = 0, kept = 0,
                held_back = 0;
  bool policy = false;  // false: ceilings alone
  bool operator==(const PurgeRun&) const = default;
};

struct ClockConfirmed {  // clock.confirmed
  base::Instant clock;   // what it said
  bool operator==(const ClockConfirmed&) const = default;
};

// clock.corrected: entries before this one that have a later time than `to` are of a time that is
// not known, and at the latest of this one. Its own time, and that of later entries, is right
// again.
struct ClockCorrected {
  base::Instant from, to;  // of the entry before, and what the clock says now
  bool operator==(const ClockCorrected&) const = default;
};

// --- their one writer and their one reader

template <class Fact>
constexpr int kVersion = 1;

// The entry of a fact. No run, no event id: the ledger makes an id.
template <class Fact>
Entry to_entry(const Fact&, std::string_view tool, std::string run = {}, std::string event_id = {});

// The fact of an entry; nullopt when the entry is of another event. Error(data) when its version is
// newer, or a member is missing that the fact is about, is of another type or not one of its words.
template <class Fact>
std::optional<Fact> read(const StoredEntry&);

// The event of an act: law.overseen, law.halted, law.resumed.
std::string_view event_of(OversightAct);

}  // namespace proviso::ledger
