#include "vault/case_store.h"

#include <doctest/doctest.h>

#include "ledger/events.h"
#include "ledger/facts.h"
#include "rehearsal_vault.h"

using namespace proviso;
using namespace proviso::vault;

namespace {

std::string read_back(CaseStore& store, const CaseRow& row, const Opened& opened) {
  std::string content;
  store.read_blob(row, opened,
                  [&](std::span<const std::byte> part) { content += base::as_text(part); });
  return content;
}

std::string all_bytes_of(const std::filesystem::path& directory) {
  std::string bytes;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (file.is_regular_file()) bytes += base::read_file(file.path());
  }
  return bytes;
}

ledger::Entry decided(const base::CaseId& id) {
  ledger::CaseDecided fact;
  fact.id = id;
  return to_entry(fact, "review");
}

}  // namespace

TEST_CASE("a stored case is opened by the review key and by nothing on the scanning host") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536},
                                 std::size_t{65537}, std::size_t{200000}}) {
    const Item item(place.directory, "m-" + std::to_string(size), std::string(size, 'x'));
    const auto stored = store_one(place, store, item);
    REQUIRE(stored);
    CHECK(stored->state == State::suspected);
    CHECK_FALSE(stored->replayed);
    const auto row = store.find(stored->id);
    REQUIRE(row);
    CHECK(row->bytes == size);
    const Opened opened = store.open_case(store.open_stored(row->id), place.review_key,
                                          place.review, {"reporting", "review", {}});
    CHECK(opened.metadata.at("account") == "account-of-m-" + std::to_string(size));
    CHECK(opened.sha256 == item.made.pinned_sha256);
    CHECK(opened.bytes == size);
    CHECK(read_back(store, *row, opened) == item.content);
  }
  CHECK(place.entries(ledger::event::kCaseStored) == 5);
  CHECK(place.entries(ledger::event::kCaseAccessed) == 5);
  const crypto::PrivateKey other = crypto::PrivateKey::generate_p256();
  const auto certificate = crypto::Certificate::self_signed(
      other, "other", instant("2026-01-01T00:00:00Z"), instant("2030-01-01T00:00:00Z"));
  CHECK_THROWS_AS(store.open_case(store.open_stored(store.list().front().id), other, certificate,
                                  {"reporting", "review", {}}),
                  base::Error);
}

TEST_CASE(
    "neither content nor account nor item id stands in the vault in the clear, nor in the ledger") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  const Item item(place.directory, "secret-item-id", "SECRET-CONTENT");
  REQUIRE(store_one(place, store, item));
  for (const char* where : {"vault", "ledger"}) {
    const std::string bytes = all_bytes_of(place.directory / where);
    CHECK(bytes.find("SECRET-CONTENT") == std::string::npos);
    CHECK(bytes.find("secret-item-id") == std::string::npos);
    CHECK(bytes.find(item.made.pinned_sha256) == std::string::npos);
  }
}

TEST_CASE("an item makes one case, however often and by whomever it is delivered") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  CaseStore other = CaseStore::open(place.directory / "vault", ledger, true);
  const Item item(place.directory, "m-1", "content");
  const auto first = store_one(place, store, item);
  base::set_clock(instant("2026-11-26T10:00:00Z"));  // another day, another replay key
  const auto second = store_one(place, other, item);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(second->replayed);
  CHECK(second->id == first->id);
  CHECK(second->expires_at == first->expires_at);
  const Item again(place.directory, "m-2", "other");
  std::vector<NewCase> group{again.made, again.made};  // twice in one group
  const auto results = store.store(group, place.policy, place.law);
  REQUIRE(results[0]);
  REQUIRE(results[1]);
  CHECK_FALSE(results[0]->replayed);
  CHECK(results[1]->replayed);
  CHECK(store.list().size() == 2);
  CHECK(place.blobs() == 2);
}

TEST_CASE("a file that is not the one that was hashed makes no case and leaves nothing") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  for (const char* changed : {"contenT", "content and more", "cont"}) {
    Item item(place.directory, "m-1", changed);
    item.made.pinned_bytes = 7;
    item.made.pinned_sha256 = crypto::sha256_hex("content");
    const auto stored = store_one(place, store, item);
    REQUIRE_FALSE(stored);
    CHECK(stored.error().code == "content_changed");
  }
  CHECK(store.list().empty());
  CHECK(place.blobs() == 0);
  CHECK(place.entries(ledger::event::kCaseStored) == 0);
  const Item item(place.directory, "m-1", "content");
  CHECK(store_one(place, store, item));  // and no tag of it is left either
}

TEST_CASE("an item past the end of its storage makes no case") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  const Item item(place.directory, "m-1", "content", instant("2025-11-24T09:59:59Z"));
  const auto stored = store_one(place, store, item);
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code == "past_ceiling");
  CHECK(stored.error().rule == "ST-02");
  CHECK_FALSE(stored.error().citation.empty());
  CHECK(place.blobs() == 0);
}

TEST_CASE("a case ends at the earliest of the policy's period and the law's, and says which") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  const auto policy_end = store_one(place, store, Item(place.directory, "a", "a"));
  CHECK(policy_end->expires_at == instant("2026-12-08T10:00:00Z"));
  CHECK(store.find(policy_end->id)->expiry_rule == ExpiryRule::policy);
  CHECK(store.find(policy_end->id)->ceiling == instant("2027-11-24T10:00:00Z"));
  place.policy.retention_suspected = *base::parse_period("P5Y");
  const auto law_end = store_one(place, store, Item(place.directory, "b", "b"));
  CHECK(law_end->expires_at == instant("2027-11-24T10:00:00Z"));
  CHECK(store.find(law_end->id)->expiry_rule == ExpiryRule::law);
  place.law = law::Resolved(law::load("reg-2026-1881"), {law::load("libe-2020")}, true);
  const auto waits = store_one(place, store, Item(place.directory, "c", "c"));
  CHECK(waits->expires_at == instant("2026-12-08T10:00:00Z"));  // P14D, our reading of L20
  CHECK(store.find(waits->id)->expiry_rule == ExpiryRule::pending);
  store.move(waits->id, State::confirmed, decided(waits->id), instant("2099-01-01T00:00:00Z"));
  CHECK(store.find(waits->id)->expires_at ==
        instant("2027-02-24T10:00:00Z"));  // three months: the wait is over
  CHECK(store.find(waits->id)->expiry_rule == ExpiryRule::law);
}

TEST_CASE("a replay with an earlier identification shortens the case and never lengthens it") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  Item item(place.directory, "m-1", "content");
  const auto stored = store_one(place, store, item);
  item.made.identified_at = instant("2026-11-20T10:00:00Z");
  CHECK(store_one(place, store, item)->expires_at == instant("2026-12-04T10:00:00Z"));
  item.made.identified_at = instant("2026-11-24T09:00:00Z");
  CHECK(store_one(place, store, item)->expires_at == instant("2026-12-04T10:00:00Z"));
  CHECK(store.find(stored->id)->identified_at == instant("2026-11-20T10:00:00Z"));
}

TEST_CASE("a planted, swapped or changed case is refused") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  const auto a = store_one(place, store, Item(place.directory, "a", "content a"));
  Item with_evidence(place.directory, "b", "content b");
  const Item evidence(place.directory, "c", "evidence of b");
  with_evidence.made.evidence_fd = evidence.fd.get();
  const auto b = store_one(place, store, with_evidence);
  const CaseRow row_a = *store.find(a->id), row_b = *store.find(b->id);
  const auto refused = [&](const base::CaseId& id) {
    try {
      store.open_stored(id);
    } catch (const base::Error& error) {
      return error.code() == base::ExitCode::data;
    }
    return false;
  };
  // One change of the database at a time, as one who stole the host could make it.
  const auto refused_after = [&](const base::CaseId& id, const std::string& set) {
    sqlite::Database database(place.directory / "vault" / "vault.db",
                              sqlite::Database::Mode::read_write);
    database.run("PRAGMA foreign_keys=OFF");  // the row alone is put back
    database.run("CREATE TEMP TABLE kept AS SELECT * FROM cases");
    database.run("UPDATE cases SET " + set + " WHERE id = '" + id.value + "'");
    const bool was_refused = refused(id);
    database.run("INSERT OR REPLACE INTO cases SELECT * FROM kept");
    return was_refused;
  };
  REQUIRE_FALSE(refused(a->id));
  REQUIRE_FALSE(refused(b->id));
  for (const char* set : {"blob_sha256 = '00'", "envelope_sha256 = '00'", "envelope = X'00'",
                          "evidence_sha256 = '00'", "evidence_blob = 'gone'", "blob = 'gone'"}) {
    CAPTURE(set);
    CHECK(refused_after(a->id, set));
    CHECK(refused_after(b->id, set));
  }
  CHECK(refused_after(b->id, "evidence_blob = '', evidence_sha256 = ''"));
  CHECK_FALSE(refused(b->id));

  const Opened opened_a = store.open_case(store.open_stored(a->id), place.review_key, place.review,
                                          {"reporting", "review", {}});
  CaseRow crossed = row_a;
  crossed.blob = row_b.blob;
  CHECK_THROWS_AS(read_back(store, crossed, opened_a),
                  base::Error);  // the header is the other case's
  for (const std::string& name : {row_a.blob, row_b.evidence_blob}) {
    const auto file = place.directory / "vault" / "blobs" / name;
    std::string bytes = base::read_file(file);
    bytes[70] = static_cast<char>(bytes[70] ^ 1);
    std::ofstream(file, std::ios::binary) << bytes;
  }
  CHECK(refused(a->id));
  CHECK(refused(b->id));
  CHECK_THROWS_AS(read_back(store, row_a, opened_a), base::Error);

  // A row that no entry knows.
  sqlite::Database database(place.directory / "vault" / "vault.db",
                            sqlite::Database::Mode::read_write);
  database.run("PRAGMA foreign_keys=OFF");
  database.run("UPDATE cases SET id = 'ffffffffffffffffffffffffffffffff' WHERE id = '" +
               a->id.value + "'");
  CHECK(refused({"ffffffffffffffffffffffffffffffff"}));
}

TEST_CASE("an access states a live purpose of the case") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  const auto stored = store_one(place, store, Item(place.directory, "a", "a"));
  const CaseRow row = *store.find(stored->id);
  CHECK(row.purposes.size() == 5);  // Art. 3(1)(h)
  store.database().change(row.id, [](CaseChange& change) {
    CHECK(change.end_purpose("blocking", instant("2026-11-25T00:00:00Z")));
  });
  for (const char* purpose : {"curiosity", "blocking"}) {
    CAPTURE(purpose);
    CHECK_THROWS_AS(store.open_case(store.open_stored(row.id), place.review_key, place.review,
                                    {purpose, "review", {}}),
                    base::Error);
  }
  CHECK(place.entries(ledger::event::kCaseAccessed) == 0);
}

TEST_CASE("an access names the person by number, and only one of the policy's people") {
  RehearsalVault place;
  policy::Person person;
  person.id = "reviewer-7";
  person.number = 7;
  place.policy.people.push_back(person);
  CHECK(access_by(place.policy, "reviewer-7", "reporting", "review").person == 7);
  CHECK_FALSE(access_by(place.policy, "", "reporting", "review").person);
  CHECK_THROWS_AS(access_by(place.policy, "nobody", "reporting", "review"), base::Error);
}

TEST_CASE("a case moves as the state machine has it and not otherwise") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  const auto stored = store_one(place, store, Item(place.directory, "a", "a"));
  const auto move = [&](State to) { store.move(stored->id, to, decided(stored->id)); };
  move(State::confirmed_as_new);
  CHECK_THROWS_AS(move(State::rejected), base::Error);
  CHECK_THROWS_AS(move(State::suspected), base::Error);
  move(State::reported);
  CHECK(store.find(stored->id)->state == State::reported);
  CHECK_THROWS_AS(move(State::reported), base::Error);
  CHECK(place.entries(ledger::event::kCaseDecided) == 2);
}

TEST_CASE("decisions stay with their case") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  const auto a = store_one(place, store, Item(place.directory, "a", "a"));
  const auto b = store_one(place, store, Item(place.directory, "b", "b"));
  store.keep_decision(a->id, {{"verdict", "confirm"}, {"reviewer", 1}});
  CHECK(store.decisions(a->id).size() == 1);
  CHECK(store.decisions(b->id).empty());
}

TEST_CASE("evidence is sealed beside the content under a key of its own") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  CaseStore store = CaseStore::open(place.directory / "vault", ledger, true);
  Item item(place.directory, "a", "content");
  const Item evidence(place.directory, "b", "evidence");
  item.made.evidence_fd = evidence.fd.get();
  const auto stored = store_one(place, store, item);
  REQUIRE(stored);
  const CaseRow row = *store.find(stored->id);
  const Opened opened = store.open_case(store.open_stored(row.id), place.review_key, place.review,
                                        {"reporting", "review", {}});
  std::string read;
  store.read_evidence(row, opened,
                      [&](std::span<const std::byte> part) { read += base::as_text(part); });
  CHECK(read == "evidence");
  CHECK(read_back(store, row, opened) == "content");
  CHECK(place.blobs() == 2);
}

TEST_CASE("a vault refuses the other mode, another ledger, and a place that is none") {
  RehearsalVault place;
  ledger::Ledger ledger = place.open_ledger();
  { CaseStore::open(place.directory / "vault", ledger, true); }
  CHECK_THROWS_AS(CaseStore::open(place.directory / "vault", ledger, false), base::Error);
  CHECK_THROWS_AS(CaseStore::open(place.directory / "spool", ledger, true), base::Error);
  CHECK_THROWS_AS(CaseStore::create(place.directory / "vault", true), base::Error);
  CHECK(CaseStore::is_rehearsal(place.directory / "vault"));
  ledger::Ledger::create(place.directory / "other", {"proviso/other/rehearsal", true},
                         *place.ledger_key, "reg-2026-1881");
  ledger::Ledger other =
      ledger::Ledger::open_to_append(place.directory / "other", place.ledger_key, true);
  CHECK_THROWS_AS(CaseStore::open(place.directory / "vault", other, true), base::Error);
}
