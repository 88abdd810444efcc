// A vault, its ledger and a policy in a directory of their own, on the rehearsal clock.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/file.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "ledger/ledger.h"
#include "sqlite/database.h"
#include "vault/case_store.h"

namespace proviso::vault {

inline base::Instant instant(const char* text) { return *base::parse_instant(text); }

struct RehearsalVault {
  std::filesystem::path directory;
  std::shared_ptr<const crypto::PrivateKey> ledger_key;
  crypto::PrivateKey review_key = crypto::PrivateKey::generate_p256();
  crypto::Certificate review = crypto::Certificate::self_signed(
      review_key, "review", instant("2026-01-01T00:00:00Z"), instant("2030-01-01T00:00:00Z"));
  policy::Policy policy;
  law::Resolved law{law::load("reg-2026-1881"), {}, true};

  RehearsalVault() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-vault-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory = name;
    base::set_clock(instant("2026-11-24T10:00:00Z"));
    ledger_key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::generate_ed25519());
    ledger::Ledger::create(directory / "ledger", {"proviso/test/rehearsal", true}, *ledger_key,
                           "reg-2026-1881");
    CaseStore::create(directory / "vault", true);
    std::filesystem::create_directory(directory / "spool");
    base::write_new_file(directory / "review.crt", review.pem());
    policy.rehearsal = true;
    policy.instrument = "reg-2026-1881";
    policy.retention_suspected = *base::parse_period("P14D");
    policy.retention_confirmed = *base::parse_period("P6M");
    policy.retention_unscanned = *base::parse_period("PT1H");
    policy.retention_replay = *base::parse_period("P7D");
    policy.purge_every = *base::parse_period("PT1H");
    policy.seal_certificates = {directory / "review.crt"};
    policy.spool = directory / "spool";
    policy.vault = directory / "vault";
    policy.ledger = directory / "ledger";
  }
  RehearsalVault(const RehearsalVault&) = delete;
  RehearsalVault& operator=(const RehearsalVault&) = delete;
  ~RehearsalVault() {
    base::set_clock({});
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }

  ledger::Ledger open_ledger() const {
    return ledger::Ledger::open_to_append(directory / "ledger", ledger_key, true);
  }
  std::size_t blobs() const {
    std::size_t n = 0;
    for (const auto& file : std::filesystem::directory_iterator(directory / "vault" / "blobs"))
      n += file.exists();
    return n;
  }
  std::size_t entries(std::string_view event) const {
    std::size_t n = 0;
    open_ledger().read(0, [&](const ledger::StoredEntry& entry) {
      n += entry.event == event;
      return true;
    });
    return n;
  }
};

// A file of the spool, and the case it would make.
struct Item {
  std::string content;
  base::UniqueFd fd;
  NewCase made;

  Item(const std::filesystem::path& directory, const std::string& id, std::string bytes,
       base::Instant identified = base::now())
      : content(std::move(bytes)) {
    const std::filesystem::path file = directory / "spool" / ("item-" + id);
    std::ofstream(file, std::ios::binary) << content;
    fd.reset(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    made.item_id = id;
    made.identified_at = identified;
    made.technology = "known-digests";
    made.list = "known";
    made.material_class = "known";
    made.service = "chat";
    made.region = "DE";
    made.kind = "image";
    made.previously_identified = true;
    made.sealed = {{"id", id}, {"account", "account-of-" + id}, {"hits", json::Json::array()}};
    made.content_fd = fd.get();
    made.pinned_bytes = content.size();
    made.pinned_sha256 = crypto::sha256_hex(content);
    made.run = "00000000000000000000000000000001";
  }
};

inline base::Result<Stored> store_one(RehearsalVault& place, CaseStore& store, const Item& item) {
  std::vector<NewCase> group{item.made};
  return store.store(group, place.policy, place.law).at(0);
}

}  // namespace proviso::vault
