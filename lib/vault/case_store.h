// The vault's case store: what a case is, its states and its clock. The scanning host can make
// cases and destroy them; it holds no key that opens one. Format of blobs and envelopes: FORMAT.md.
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
#include "base/file.h"
#include "base/ids.h"
#include "base/instant.h"
#include "crypto/keys.h"
#include "json/json.h"
#include "law/instrument.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

namespace proviso::vault {

using State = ledger::CaseState;
using ledger::to_string;

// The plain columns of a case. No personal data.
struct CaseRow {
  base::CaseId id;
  State state = State::pending;
  base::Instant identified_at, expires_at;
  std::optional<base::Instant> ceiling;            // the law's; expires_at never passes it
  std::optional<base::Instant> confirmed_ceiling;  // the law's once a human confirmed the case
  std::string technology, list, material_class;    // known | new | solicitation
  bool previously_identified = false;
  std::string service, region, kind;
  std::string blob;                          // file name in blobs/
  std::string evidence_blob;                 // the same for content.evidence; empty: none
  std::string envelope_sha256, blob_sha256;  // hex, of the ciphertexts
  std::string evidence_sha256;               // of evidence_blob's ciphertext; empty: none
  std::uint64_t bytes = 0;                   // plain size
  std::vector<std::string> purposes;         // live storage purposes
  std::string instrument;                    // under which it was made
  bool rehearsal = false;
  std::string expiry_rule;  // what set expires_at: ST-02, ST-04 (last purpose ended), policy,
                            // pending, rejected
  bool held =
      false;  // an open complaint holds it against the policy's period, never past the ceiling
};

// What retain gives to store a case. `evidence` is sealed with the key: it leaves this host's
// reach.
struct NewCase {
  std::string item_id;
  base::Instant identified_at;
  std::string technology, list, material_class, service, region, kind;
  bool previously_identified = false;
  std::optional<ledger::AccountRole> role;
  std::vector<ledger::LeafCount> leaves;  // with hits
  json::Json sealed;  // item id, account, counterparts as evidence_fields allow, hits: sealed in
                      // the envelope
  int content_fd =
      -1;  // pinned file; read from offset 0. -1: it is gone (only a replay is answered then)
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

// What opening a case gives to the review role.
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
  // What the vault says of itself, for tools that work without a policy. Error(no_input) when there
  // is none.
  static bool is_rehearsal(const std::filesystem::path&);
  // Opens an existing vault. Error(config) if it is of the other mode or belongs to another ledger.
  // Delivers outbox lines left by a crash to the ledger, which must outlive the store. One thread
  // at a time; several processes may work in one vault.
  static CaseStore open(const std::filesystem::path&, ledger::Ledger&, bool rehearsal);
  CaseStore(CaseStore&&) noexcept;
  ~CaseStore();

  // DESIGN 8 "Writes": row pending -> blob, fsync -> row suspected + tag + outbox -> ledger ->
  // outbox cleared. The caller unlinks the spool file afterwards. Item errors: content_changed,
  // past_ceiling, content_unreadable, content_gone. A group is committed at once.
  std::vector<base::Result<Stored>> store(std::vector<NewCase>&, const policy::Policy&,
                                          const law::Resolved&);

  std::optional<CaseRow> find(const base::CaseId&) const;
  // In order of expires_at.
  std::vector<CaseRow> list(const std::function<bool(const CaseRow&)>& filter = {}) const;

  // Opens the envelope after checking the ciphertext digests against the ledger's case.stored entry
  // (a planted or swapped case is Error(data)); writes case.accessed with `purpose` first.
  // Error(usage) when that is no live purpose of the case (ST-05).
  Opened open_case(const CaseRow&, const crypto::PrivateKey&, const crypto::Certificate&,
                   std::string_view purpose, std::string_view tool);
  // Decrypts the blob into `write`, chunk by chunk; throws Error(data) if it was changed.
  void read_blob(const CaseRow&, const Opened&,
                 const std::function<void(std::span<const std::byte>)>& write) const;

  // The same for content.evidence; writes nothing when the case has none.
  void read_evidence(const CaseRow&, const Opened&,
                     const std::function<void(std::span<const std::byte>)>& write) const;

  // Moves a case and writes the ledger entry through the outbox: confirmed, confirmed_as_new,
  // rejected, reported. `expires_at` is the recomputed end. Error(usage) for a move that the state
  // machine does not have.
  void move(const base::CaseId&, State to, const ledger::Entry&,
            std::optional<base::Instant> expires_at = {}, std::string_view expiry_rule = {});
  // Signed decision records kept with the case (sealed to nobody: reviewer number, verdict,
  // signature).
  void keep_decision(const base::CaseId&, const json::Json& decision);
  std::vector<json::Json> decisions(const base::CaseId&) const;

  // An open complaint holds the case against the policy's shorter period, never beyond its ceiling.
  void hold(const base::CaseId&, bool open_complaint);
  // Ends a storage purpose (Art. 3(1)(h)); with the last one the case is due that day (ST-04).
  // False when it was not live.
  bool end_purpose(const base::CaseId&, std::string_view purpose, base::Instant at);
  // Remembers the keyed token (hex) of an account or an item, written at first unsealing and
  // deleted with the case. True when no other case has it: the first of its kind within the
  // retention window.
  bool keep_token(const base::CaseId&, std::string_view kind, std::string_view token);

  const std::filesystem::path& directory() const;
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit CaseStore(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace proviso::vault
