// A database of cases in a place of its own, for the suite that every CaseDatabase must pass.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "crypto/random.h"
#include "vault/case_database.h"
#include "vault/expiry.h"
#include "vault/replay_tags.h"
#include "vault/sqlite_case_database/database.h"

namespace proviso::vault {

// How one kind of database is made in an empty folder, and opened.
struct Factory {
  const char* name;
  std::function<void(const std::string& place, Mode)> create;
  std::function<std::unique_ptr<CaseDatabase>(const std::string& place)> open;
};

// A second database has its line here, and nothing else changes.
inline const std::vector<Factory>& factories() {
  static const std::vector<Factory> all = {
      {"sqlite",
       [](const std::string& place, Mode mode) { SqliteCaseDatabase::create(place, mode); },
       [](const std::string& place) { return std::make_unique<SqliteCaseDatabase>(place); }},
  };
  return all;
}

inline base::Instant instant(const char* text) { return *base::parse_instant(text); }
inline const base::Instant kNow = instant("2026-11-24T10:00:00Z");
constexpr const char* kOrigin = "proviso/test/rehearsal";

class DatabasePlace {
 public:
  explicit DatabasePlace(const Factory& factory) : factory_(factory) {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-cases-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = name;
    factory_.create(place(), Mode::rehearsal);
    database = open();
    database->bind_origin(kOrigin);
    writer = database->enrol_writer();
  }
  DatabasePlace(const DatabasePlace&) = delete;
  DatabasePlace& operator=(const DatabasePlace&) = delete;
  ~DatabasePlace() {
    writer.reset();
    database.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string place() const { return (folder_ / "vault").string(); }
  // Another connection, as another process has one.
  std::unique_ptr<CaseDatabase> open() const { return factory_.open(place()); }

  static CaseRow row(const std::string& name) {
    CaseRow row;
    row.id = base::CaseId{name};
    row.identified_at = instant("2026-11-24T09:00:00Z");
    row.expires_at = instant("2026-12-08T09:00:00Z");
    row.ceiling = row.confirmed_ceiling = instant("2027-11-24T09:00:00Z");
    row.expiry_rule = ExpiryRule::policy;
    row.technology = "known-digests";
    row.list = "known";
    row.material_class = "known";
    row.previously_identified = true;
    row.service = "chat";
    row.region = "DE";
    row.kind = "image";
    row.blob = "blob-" + name;
    row.instrument = "reg-2026-1881";
    row.origin = kOrigin;
    return row;
  }
  // Asks for a case `name` of an item.
  Replays admit(CaseDatabase& by, const std::string& item, const std::string& name,
                base::Instant now = kNow) const {
    return under_live_keys(by, now, [&](const ReplayKeys& keys) {
      const std::vector<Admission> group{{tags_of(item, keys), row(name)}};
      return by.admit(keys.ids(), group, *writer, now);
    });
  }
  static Settlement settlement(const std::string& item, const std::string& name,
                               const ReplayKeys& keys) {
    Settlement settled;
    settled.id = base::CaseId{name};
    settled.tags = tags_of(item, keys);
    settled.replay = *base::parse_period("P7D");
    settled.tag_ceiling = instant("2027-11-24T09:00:00Z");
    settled.blob_sha256 = "b0";
    settled.envelope_sha256 = "e0";
    const std::string text = "envelope of " + name;
    const auto bytes = base::as_bytes(text);
    settled.envelope.assign(bytes.begin(), bytes.end());
    settled.bytes = 7;
    settled.purposes = {"reporting", "blocking"};
    settled.line = line("stored-" + name);
    return settled;
  }
  static Replays settle(CaseDatabase& by, const std::string& item, const std::string& name,
                        base::Instant now = kNow) {
    return under_live_keys(by, now, [&](const ReplayKeys& keys) {
      const std::vector<Settlement> group{settlement(item, name, keys)};
      return by.settle(keys.ids(), keys.today, group, now);
    });
  }
  base::CaseId add(const std::string& name) {
    admit(*database, "item-" + name, name);
    settle(*database, "item-" + name, name);
    return base::CaseId{name};
  }
  static OutboxLine line(const std::string& event_id, const std::string& origin = kOrigin) {
    return {event_id, origin, R"({"about":")" + event_id + "\"}"};
  }
  static Burial burial(const CaseRow& row) {
    return Burial{
        row.id,  row.state,     row.expires_at, crypto::random_hex(16), PurgeReason::expired,
        "ST-04", "Art. 3(1)(i)"};
  }

  std::unique_ptr<CaseDatabase> database;
  std::unique_ptr<Writer> writer;

 private:
  const Factory& factory_;
  std::filesystem::path folder_;
};

// Runs a test against a fresh place of each kind.
inline void for_each_database(const std::function<void(DatabasePlace&)>& test) {
  for (const Factory& factory : factories()) {
    CAPTURE(factory.name);
    DatabasePlace place(factory);
    test(place);
  }
}

}  // namespace proviso::vault
