// A vault with two reviewers, a DPO and a review role, on the rehearsal clock.
#pragma once

#include <fcntl.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/file.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "ledger/events.h"
#include "review/decision.h"
#include "review/viewing.h"
#include "sqlite/database.h"

namespace proviso::review {

inline base::Instant instant(const char* text) { return *base::parse_instant(text); }

struct Party {
  crypto::PrivateKey key = crypto::PrivateKey::generate_p256();
  crypto::Certificate certificate;
  explicit Party(const char* name, const char* until = "2040-01-01T00:00:00Z")
      : certificate(crypto::Certificate::self_signed(key, name, instant("2020-01-01T00:00:00Z"),
                                                     instant(until))) {}
};

struct Place {
  std::filesystem::path directory;
  Party role{"review"}, first{"reviewer-1"}, second{"reviewer-2"}, officer{"dpo-1"},
      late{"late", "2026-01-01T00:00:00Z"};
  policy::Policy policy;
  law::Resolved law{law::load("reg-2026-1881"), {}, true};
  std::optional<ledger::Ledger> ledger;
  std::optional<vault::CaseStore> store;

  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-review-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory = name;
    base::set_clock(instant("2026-11-24T10:00:00Z"));
    const auto ledger_key =
        std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::generate_ed25519());
    ledger::Ledger::create(directory / "ledger", {"proviso/test/rehearsal", true}, *ledger_key,
                           "reg-2026-1881");
    vault::CaseStore::create(directory / "vault", true);
    policy.rehearsal = true;
    policy.instrument = "reg-2026-1881";
    policy.retention_suspected = *base::parse_period("P14D");
    policy.retention_confirmed = *base::parse_period("P6M");
    policy.retention_replay = *base::parse_period("P7D");
    policy.vault = directory / "vault";
    policy.ledger = directory / "ledger";
    base::write_new_file(directory / "review.crt", role.certificate.pem());
    policy.seal_certificates = {directory / "review.crt"};
    add("reviewer-1", policy::Role::reviewer, first);
    add("reviewer-2", policy::Role::reviewer, second);
    add("dpo-1", policy::Role::dpo, officer);
    add("late", policy::Role::reviewer, late);
    ledger.emplace(ledger::Ledger::open_to_append(directory / "ledger", ledger_key, true));
    store.emplace(vault::CaseStore::open(directory / "vault", *ledger, true));
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    base::set_clock({});
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }

  void add(const std::string& id, policy::Role role_of, const Party& party) {
    const auto path = directory / (id + ".crt");
    base::write_new_file(path, party.certificate.pem());
    policy::Person person;
    person.id = id;
    person.roles = {role_of};
    person.certificate = path;
    person.number = static_cast<int>(policy.people.size()) + 1;
    policy.people.push_back(person);
  }

  base::CaseId add_case(const std::string& content = "made-up content",
                        base::Instant identified = base::now(), const std::string& evidence = {}) {
    const auto file_of = [&](const char* name, const std::string& bytes) {
      const auto path = directory / name;
      std::ofstream(path, std::ios::binary) << bytes;
      return base::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    };
    const base::UniqueFd fd = file_of("item", content);
    const base::UniqueFd evidence_fd =
        evidence.empty() ? base::UniqueFd() : file_of("evidence", evidence);
    vault::NewCase made;
    made.item_id = "item-" + std::to_string(++items_);
    made.identified_at = identified;
    made.technology = "known-pdq";
    made.list = "known";
    made.material_class = "known";
    made.service = "chat";
    made.region = "DE";
    made.kind = "image";
    made.sealed = {{"id", made.item_id}, {"account", "an account"}};
    made.content_fd = fd.get();
    made.evidence_fd = evidence_fd.get();
    made.pinned_bytes = content.size();
    made.pinned_sha256 = crypto::sha256_hex(content);
    made.run = "00000000000000000000000000000001";
    std::vector<vault::NewCase> group{made};
    return store->store(group, policy, law).at(0)->id;
  }

  Outcome decide(const base::CaseId& id, Verdict verdict, const char* person,
                 const crypto::PrivateKey& key, const char* reason = "a made-up reason") {
    return review::decide(*store, *ledger, policy, law, {id, verdict, person, reason, base::now()},
                          key);
  }
  bool confirmed(const base::CaseId& id) {
    return has_valid_confirmation(*store, *store->find(id), policy);
  }

  // Writes to the vault's database behind the store's back, as one who stole the host could.
  void tamper(const std::string& sql) {
    sqlite::Database(directory / "vault" / "vault.db", sqlite::Database::Mode::read_write).run(sql);
  }

  std::vector<json::Json> entries(std::string_view event) const {
    std::vector<json::Json> found;
    ledger->read(0, [&](const ledger::StoredEntry& entry) {
      if (entry.event == event) found.push_back(json::parse(entry.line, "entry"));
      return true;
    });
    return found;
  }

 private:
  int items_ = 0;
};

// The exit code of what `work` throws; ok when it throws nothing.
template <class Work>
base::ExitCode code_of(const Work& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.code();
  }
  return base::ExitCode::ok;
}

}  // namespace proviso::review
