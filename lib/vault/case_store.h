// The vault's case store: makes cases, moves them and opens them. The scanning host can make cases
// and destroy them; it holds no key that opens one. Formats of blobs and envelopes: FORMAT.md.
//
// A CaseStore joins a database of cases (case_database.h), a folder of blobs and the ledger. The
// order in which it writes to the three is in README.md. One thread at a time; several processes
// may work in one vault. The ledger must outlive it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "crypto/keys.h"
#include "json/json.h"
#include "law/instrument.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "ledger/summary.h"
#include "policy/policy.h"
#include "vault/blob_folder.h"
#include "vault/case_database.h"
#include "vault/case_row.h"

namespace proviso::vault {

// What store() needs to make a case.
struct NewCase {
  std::string item_id;
  base::Instant identified_at;
  std::string technology, list, material_class, service, region, kind;
  bool previously_identified = false;
  std::optional<ledger::AccountRole> role;
  std::vector<ledger::LeafCount> leaves;  // with hits
  // Item id, account, counterparts as evidence_fields allow, hits: sealed in the envelope.
  json::Json sealed;
  // Pinned file, read from offset 0. -1: it is gone, and only a replay is answered.
  int content_fd = -1;
  int evidence_fd = -1;  // content.evidence, or -1
  std::uint64_t pinned_bytes = 0;
  std::string pinned_sha256;  // hex
  std::string run;
};

struct Stored {
  base::CaseId id;
  State state = State::suspected;
  base::Instant expires_at;
  bool replayed = false;  // the item already has a case: no second one was made
};

// A case whose ciphertexts are those of its case.stored entry.
struct StoredCase {
  CaseRow row;
  base::Bytes envelope;  // sealed
};

// Who looks at a case, and why. Goes into the ledger.
struct Access {
  std::string purpose;  // a live storage purpose of the case
  std::string tool;
  std::optional<int> person;  // number in the policy, as stated; nobody has proved it
};
// By the person of that id in the policy; an empty id: nobody said. Error(usage) if the policy does
// not have the person.
Access access_by(const policy::Policy&, const std::string& person, std::string purpose,
                 std::string tool);

// An opened case: its metadata, and the keys that open its blobs.
struct Opened {
  json::Json metadata;
  base::SecretBytes key;
  std::uint64_t bytes = 0;         // of the plain content
  std::string sha256;              // of the plain content, hex
  base::SecretBytes evidence_key;  // empty: no evidence
};

class CaseStore {
 public:
  // Lays out an empty vault (init). Error(cannot_create).
  static void create(const std::filesystem::path&, bool rehearsal);
  // True if it is a rehearsal's vault: for tools that work without a policy. Error(no_input) if the
  // folder is not a vault.
  static bool is_rehearsal(const std::filesystem::path&);
  // Opens an existing vault. Error(config) if it is of the other mode or belongs to another ledger;
  // Error(check_failed) if the ledger was rolled back behind the copy of its checkpoint.
  // Delivers outbox lines left by a crash.
  static CaseStore open(const std::filesystem::path&, ledger::Ledger&, bool rehearsal);
  // The same with its cases in a database that is open already.
  CaseStore(std::filesystem::path, std::unique_ptr<CaseDatabase>, ledger::Ledger&, bool rehearsal);

  // Stores a group, in the order of writes of README.md. The caller unlinks the spool files
  // afterwards. Item errors: content_changed, past_ceiling, content_unreadable, content_gone.
  std::vector<base::Result<Stored>> store(std::vector<NewCase>&, const policy::Policy&,
                                          const law::Resolved&);

  std::optional<CaseRow> find(const base::CaseId&) const;
  // In order of expires_at.
  std::vector<CaseRow> list(const std::function<bool(const CaseRow&)>& filter = {}) const;

  // The one check for planted and swapped cases: reads the envelope, the blob and the evidence, and
  // compares their digests, and those in the row, with the ledger's first case.stored entry of the
  // case. Nobody signs, opens or reports a case that did not pass it. Error(no_input) if there is
  // no such case, Error(data) if it is not the one that was stored.
  StoredCase open_stored(const base::CaseId&);
  // Opens the envelope; writes case.accessed first. Error(usage) if the purpose is not live
  // (ST-05).
  Opened open_case(const StoredCase&, const crypto::PrivateKey&, const crypto::Certificate&,
                   const Access&);
  // Decrypts the blob into `write`, chunk by chunk; throws Error(data) if it was changed.
  void read_blob(const CaseRow&, const Opened&,
                 const std::function<void(std::span<const std::byte>)>& write) const;
  // The same for content.evidence; writes nothing if the case has none.
  void read_evidence(const CaseRow&, const Opened&,
                     const std::function<void(std::span<const std::byte>)>& write) const;

  // Moves a case and writes the ledger entry through the outbox: confirmed, confirmed_as_new,
  // rejected, reported. `expires_at` is the end by the policy, computed anew. Error(usage) if the
  // state machine does not have the move.
  void move(const base::CaseId&, State to, ledger::Entry,
            std::optional<base::Instant> expires_at = {});
  // Keeps a signed decision with the case, not sealed: reviewer number, verdict, signature.
  void keep_decision(const base::CaseId&, const json::Json& decision);
  std::vector<json::Json> decisions(const base::CaseId&) const;

  const std::filesystem::path& directory() const { return directory_; }
  bool rehearsal() const { return rehearsal_; }
  const std::string& origin() const { return origin_; }  // of the ledger
  std::uint64_t ledger_size() const;                     // its durable entries, now
  // What the store is made of, for purge.
  CaseDatabase& database() const { return *database_; }
  const BlobFolder& blobs() const { return blobs_; }

 private:
  // What case.stored said of a case: the first such entry, as a later one would be a swap. nullopt
  // when it was never stored, or purged.
  std::optional<ledger::CaseStored> stored_fact(const base::CaseId&);
  void deliver_outbox() const;

  std::filesystem::path directory_;
  bool rehearsal_;
  ledger::Ledger* ledger_;
  std::string origin_;  // of the ledger
  std::unique_ptr<CaseDatabase> database_;
  BlobFolder blobs_;
  std::unique_ptr<Writer> writer_;  // from the first store() on

  ledger::Summary summary_;  // of the ledger, as it grows
};

}  // namespace proviso::vault
