// A ledger in a temporary directory of its own.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <memory>

#include "base/file.h"
#include "ledger/ledger.h"

struct LedgerFixture {
  std::filesystem::path path;
  std::shared_ptr<const proviso::crypto::PrivateKey> key =
      std::make_shared<const proviso::crypto::PrivateKey>(
          proviso::crypto::PrivateKey::generate_ed25519());

  LedgerFixture() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-ledger-XXXXXX").string();
    path = std::filesystem::path(::mkdtemp(name.data())) / "ledger";
    proviso::base::set_clock(proviso::base::parse_instant("2026-11-24T10:00:00Z"));
    proviso::ledger::Ledger::create(path, {"proviso/test/rehearsal", true}, *key, "reg-2026-1881");
  }
  ~LedgerFixture() {
    proviso::base::set_clock({});
    std::filesystem::remove_all(path.parent_path());
  }
  LedgerFixture(const LedgerFixture&) = delete;
  LedgerFixture& operator=(const LedgerFixture&) = delete;

  proviso::ledger::Ledger open() const {
    return proviso::ledger::Ledger::open_to_append(path, key, true);
  }
  proviso::crypto::PublicKey public_key() const { return proviso::crypto::PublicKey::of(*key); }
  std::filesystem::path segment() const { return path / "entries/0001.ndjson"; }
};
