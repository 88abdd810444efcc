// A vault, a ledger, keys, a policy with registers, and cases, in a directory of their own on the
// rehearsal clock.
#pragma once

#include <fcntl.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "vault/case_store.h"

namespace proviso::report {

inline base::Instant instant(const char* text) { return *base::parse_instant(text); }

struct Place {
  struct Party {
    crypto::PrivateKey key = crypto::PrivateKey::generate_p256();
    crypto::Certificate certificate = crypto::Certificate::self_signed(
        key, "party", instant("2020-01-01T00:00:00Z"), instant("2040-01-01T00:00:00Z"));
  };

  std::filesystem::path directory;
  std::shared_ptr<const crypto::PrivateKey> ledger_key =
      std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::generate_ed25519());
  Party review, packages, hotline;
  policy::Policy policy;
  law::Resolved law;
  std::optional<ledger::Ledger> ledger;
  std::optional<vault::CaseStore> store;

  explicit Place(std::vector<law::Instrument> also = {})
      : law(law::load("reg-2026-1881"), std::move(also), true) {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-report-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory = name;
    base::set_clock(instant("2026-11-24T10:00:00Z"));
    ledger::Ledger::create(directory / "ledger", {"proviso/test/rehearsal", true}, *ledger_key,
                           "reg-2026-1881");
    vault::CaseStore::create(directory / "vault", true);
    keep("review", review);
    keep("packages", packages);
    keep("hotline", hotline);
    policy.rehearsal = true;
    policy.instrument = "reg-2026-1881";
    policy.provider.name = "Example | Messenger <EU>";
    policy.retention_suspected = *base::parse_period("P14D");
    policy.retention_confirmed = *base::parse_period("P12M");
    policy.retention_replay = *base::parse_period("P7D");
    policy.seal_certificates = {directory / "packages.crt", directory / "review.crt"};
    policy.packages_key = (directory / "packages.key").native();
    policy.packages_certificate = directory / "packages.crt";
    policy.vault = directory / "vault";
    policy.ledger = directory / "ledger";
    policy.gdpr_grounds = {"Art. 6(1)(d)"};
    policy.services.push_back({"chat", "number-independent", {"EU"}, policy::E2ee::never, {}});
    policy.organisations.push_back({"example-hotline",
                                    "Example Hotline",
                                    "DE",
                                    {2026, 1, 1},
                                    {},
                                    directory / "hotline.crt",
                                    false,
                                    false,
                                    {}});
    ledger.emplace(ledger::Ledger::open_to_append(directory / "ledger", ledger_key, true));
    store.emplace(vault::CaseStore::open(directory / "vault", *ledger, true));
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    store.reset();
    ledger.reset();
    base::set_clock({});
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }

  void keep(const std::string& name, const Party& party) const {
    base::write_new_file(directory / (name + ".crt"), party.certificate.pem());
    const auto pem = party.key.to_pem();
    base::write_new_file(directory / (name + ".key"), base::as_text(pem.span()), 0600);
  }

  base::CaseId add_case(const std::string& id, const std::string& content,
                        const std::string& technology = "known-digests",
                        bool previously_identified = true,
                        const std::string& material_class = "known") {
    const auto file = directory / ("item-" + id);
    std::ofstream(file, std::ios::binary) << content;
    const base::UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    vault::NewCase made;
    made.item_id = id;
    made.identified_at = base::now();
    made.technology = technology;
    made.list = "known";
    made.material_class = material_class;
    made.service = "chat";
    made.region = "DE";
    made.kind = "image";
    made.previously_identified = previously_identified;
    made.sealed = {{"id", id},
                   {"account", "account-of-" + id},
                   {"hits", {{{"list", "known"}}}},
                   {"secret", "kept back"}};
    made.content_fd = fd.get();
    made.pinned_bytes = content.size();
    made.pinned_sha256 = crypto::sha256_hex(content);
    made.run = "00000000000000000000000000000001";
    std::vector<vault::NewCase> group;
    group.push_back(std::move(made));
    const auto stored = store->store(group, policy, law).at(0);
    if (!stored) throw std::runtime_error(stored.error().message);
    return stored->id;
  }

  void decide(const base::CaseId& id, vault::State to, ledger::Verdict verdict) {
    ledger::CaseDecided fact;
    fact.id = id;
    fact.verdict = verdict;
    store->move(id, to, to_entry(fact, "review"));
  }

  // A counts entry as retain or scope-check leave it.
  void count(const std::string& tool, std::vector<ledger::CountRow> rows,
             const char* hour = "2026-11-24T09:00:00Z",
             const std::string& run = "00000000000000000000000000000001", bool unclean = false) {
    ledger->append(to_entry(
        ledger::CountsOfRun{instant(hour), "writer", 0, std::move(rows), unclean}, tool, run));
  }
};

}  // namespace proviso::report
