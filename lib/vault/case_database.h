// The seam between the vault and the database that holds its cases.
//
// The vault decides (which item makes a case, when a case ends, who may move it, what the ledger is
// to say); a CaseDatabase remembers. It knows no keys but the replay keys, opens no blob and writes
// to no ledger. SQLite implements it today (sqlite_case_database/); a second database implements
// the same verbs and passes the same suite, tests/unit/vault/case_database_test.cc.
//
// Verbs. Each verb is one transaction: after it returns all of it is durable, and if it throws or
// the process dies none of it is, unless a comment says otherwise. Each may be repeated: a caller
// that does not know whether a verb took effect calls it again with the same arguments and finds
// the same state. There is no begin and no commit; what must be atomic together is one verb, or one
// change().
//
// Origin and store. Each case and each outbox line names the ledger that has its entries (`origin`)
// and each case the place of its blobs (`store`). One vault has one of each today.
//
// Groups and pages. admit(), settle() and bury() take at most kMaxGroup items. Whatever may be many
// is read in pages, so that memory does not grow with the number of cases.
//
// Threads. One thread at a time for each object; any number of objects, in any number of processes,
// may work on one place.
//
// Errors are base::Error: temp_fail if the database stays busy (repeat the verb), data if it is
// damaged or holds what this program does not know, io otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/mode.h"
#include "vault/case_row.h"

namespace proviso::vault {

using base::Mode;

constexpr std::size_t kMaxGroup = 1024;
constexpr std::size_t kPage = 256;

// A ledger entry that is committed together with what it reports, and delivered afterwards.
struct OutboxLine {
  std::string event_id;  // the ledger takes an id once
  std::string origin;    // the ledger that is to have it
  std::string entry;     // JSON, see outbox.h
};

// A key of replay tags. It lives from the first store of its day until its last tag ends.
struct ReplayKey {
  std::int64_t id = 0;
  base::SecretBytes bytes;
};

// The live keys, oldest first.
struct ReplayKeys {
  std::vector<ReplayKey> keys;
  std::size_t today = 0;  // place in `keys`
  std::vector<std::int64_t> ids() const;
};

// tag = HMAC-SHA-256(replay key, item id): one for each live key, in the order of the keys.
using ReplayTags = std::vector<base::Sha256>;

// An item that has, or had, a case.
struct Replay {
  base::CaseId case_id;
  base::Instant case_expires;  // as of when the case was stored
  std::optional<CaseRow> row;  // absent once the case is gone
};

// An item that asks to become a case.
struct Admission {
  ReplayTags tags;
  std::optional<CaseRow> row;  // the pending case; absent: only whether the item is a replay
};

// A case whose blobs are durable.
struct Settlement {
  base::CaseId id;
  ReplayTags tags;
  base::Period replay;                       // the tag's life after its case is gone,
  std::optional<base::Instant> tag_ceiling;  // never past this
  std::string blob_sha256, evidence_sha256, envelope_sha256;
  base::Bytes envelope;
  std::uint64_t bytes = 0;
  std::vector<std::string> purposes;  // live from now on
  OutboxLine line;
};

// A pending case whose writer is dead.
struct Abandoned {
  base::CaseId id;
  std::string store, blob, evidence_blob;
};

// Where a case goes.
struct Move {
  State state = State::suspected;
  base::Instant expires_at;
  std::optional<base::Instant> ceiling;
  ExpiryRule expiry_rule = ExpiryRule::policy;
};

// What change() gives to its caller: one case, locked until the caller returns.
class CaseChange {
 public:
  virtual ~CaseChange() = default;
  // As the case is now, this change included.
  virtual const CaseRow& row() const = 0;
  virtual void move(const Move&) = 0;
  // Keeps a signed decision (JSON) with the case, once.
  virtual void keep_decision(std::string_view decision) = 0;
  // hold(), end_purpose() and keep_token() serve complaints and yearly counts of accounts. No tool
  // calls them yet.
  // An open complaint holds the case against the policy's period, never past its ceiling.
  virtual void hold(bool) = 0;
  // False if the purpose was not live; its end is then unchanged.
  virtual bool end_purpose(std::string_view purpose, base::Instant at) = 0;
  // Keeps the keyed token (hex) of an account or an item until the case ends. True if no other case
  // has it.
  virtual bool keep_token(std::string_view kind, std::string_view token) = 0;
  // Puts a line into the outbox, in the same transaction; once for an event id.
  virtual void post(const OutboxLine&) = 0;
};

// A case that is to be destroyed.
struct Burial {
  base::CaseId id;
  State state = State::suspected;  // as it was planned: a case that has changed since is left alone
  base::Instant expires_at;
  std::string event_id;
  PurgeReason reason = PurgeReason::expired;
  std::string rule, citation;
};

// A case whose key is destroyed and whose rest is not yet.
struct Tombstone {
  base::CaseId id;
  std::string event_id;
  PurgeReason reason = PurgeReason::expired;
  std::string rule, citation;
  State state = State::suspected;  // before
  base::Instant at;
  std::string origin, store, blob, evidence_blob;
};

// A writer that may have pending cases. It is alive while this object exists and the process runs:
// a writer that was killed is found dead.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual const std::string& name() const = 0;
};

// The right to destroy cases, held by one at a time; given back when this object or the process
// ends.
class Lease {
 public:
  virtual ~Lease() = default;
};

class CaseDatabase {
 public:
  virtual ~CaseDatabase() = default;

  // Life. create_case_database() and open_case_database() are the first two verbs.
  virtual Mode mode() const = 0;
  // Binds the database to a ledger for good. Returns the ledger that it is bound to, which is
  // another one if that came first.
  virtual std::string bind_origin(std::string_view origin) = 0;
  // Must be called before admit(), and the writer kept until settle() or withdraw().
  virtual std::unique_ptr<Writer> enrol_writer() = 0;
  // A page of the pending cases of dead writers, by id, behind `after`. Forgets dead writers that
  // have none.
  virtual std::vector<Abandoned> abandoned(const base::CaseId& after, std::size_t limit) = 0;

  // Store.
  // The live keys. Makes that of the day of `now` if it does not exist.
  virtual ReplayKeys replay_keys(base::Instant now) = 0;
  // Looks up each item under all its tags, and makes the pending rows of those that are new.
  // Answers item by item: a replay, or nothing. nullopt and no effect if the live keys are others
  // than `keys`: the caller reads replay_keys() again.
  virtual std::optional<std::vector<std::optional<Replay>>> admit(
      std::span<const std::int64_t> keys, std::span<const Admission>, const Writer&,
      base::Instant now) = 0;
  // Makes pending cases suspected, each with its tag under today's key (keys[today]), its purposes
  // and its outbox line. A case whose item another writer settled meanwhile is withdrawn and
  // answered as a replay. Error(software) if a pending row is gone. nullopt as in admit().
  virtual std::optional<std::vector<std::optional<Replay>>> settle(
      std::span<const std::int64_t> keys, std::size_t today, std::span<const Settlement>,
      base::Instant now) = 0;
  // Removes pending rows; others stay.
  virtual void withdraw(std::span<const base::CaseId>) = 0;
  // Brings the end of a case forward if `identified_at` is earlier than the case's (see
  // bring_forward() in expiry.h). Returns the row as it is then; nullopt if it is gone.
  virtual std::optional<CaseRow> shorten(const base::CaseId&, base::Instant identified_at,
                                         const Expiry&) = 0;

  // People.
  // Any case but a pending one, also one that is being purged.
  virtual std::optional<CaseRow> find(const base::CaseId&) = 0;
  // A page of the cases that are neither pending nor being purged, in the order of (expires_at,
  // id), behind `after`; nullptr: from the first.
  virtual std::vector<CaseRow> page(const CaseRow* after, std::size_t limit) = 0;
  // Visits them all, page by page, until `visit` returns false. A case whose end moves meanwhile
  // may be visited twice or not at all.
  void each(const std::function<bool(const CaseRow&)>& visit);
  // How many page() would give.
  virtual std::uint64_t count() = 0;
  // nullopt if the case is pending, being purged or gone.
  virtual std::optional<base::Bytes> envelope(const base::CaseId&) = 0;
  // In the order in which they were kept.
  virtual std::vector<std::string> decisions(const base::CaseId&) = 0;
  virtual std::vector<std::string> live_purposes(const base::CaseId&) = 0;
  // Calls `fn` with the case, locked, and commits what it did. Nothing is changed if `fn` throws.
  // `fn` must have no other effects, as a database may have to call it again. Error(no_input) if
  // there is no such case.
  virtual void change(const base::CaseId&, const std::function<void(CaseChange&)>& fn) = 0;

  // Outbox.
  // The oldest lines for that ledger, in the order of their commits.
  virtual std::vector<OutboxLine> undelivered(std::string_view origin, std::size_t limit) = 0;
  virtual void delivered(std::span<const OutboxLine>) = 0;

  // Purge.
  // nullptr if another one has it and `wait` is false.
  virtual std::unique_ptr<Lease> lease(bool wait) = 0;
  // Makes tombstones: the envelope, decisions, purposes and tokens of each case are gone, and its
  // tag's remaining life starts. Returns those of the group that are buried now, by this call or an
  // earlier one.
  virtual std::vector<Tombstone> bury(std::span<const Burial>, base::Instant now) = 0;
  // A page of the tombstones, by id, behind `after`.
  virtual std::vector<Tombstone> tombstones(const base::CaseId& after, std::size_t limit) = 0;
  // Makes sure that nothing of a buried envelope is left in the database's files. False if that is
  // not sure yet because another connection reads.
  virtual bool scrub() = 0;
  // Removes what is left of buried cases, tombstone and row.
  virtual void forget(std::span<const base::CaseId>) = 0;
  // Those of the blobs that belong to no case, pending and buried ones included.
  virtual std::vector<std::string> unowned_blobs(std::string_view store,
                                                 std::span<const std::string> names) = 0;
  // Removes tags at their end and keys without a tag.
  virtual void sweep_replays(base::Instant now) = 0;
};

// A place is the vault's folder. (A URI would name a database elsewhere.)
// Error(cannot_create) if there is a vault already.
void create_case_database(const std::string& place, Mode);
// Brings a database of an older version up to date, in one transaction. Error(no_input) if there is
// no vault, Error(data) if it is of a version that this program does not know.
std::unique_ptr<CaseDatabase> open_case_database(const std::string& place);

}  // namespace proviso::vault
