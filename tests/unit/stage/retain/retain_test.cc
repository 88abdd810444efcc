#include "stage/retain/retain.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "../stream_workplace.h"
#include "ndjson/splice.h"
#include "vault/purge.h"

using namespace proviso;
using stage_test::at;

namespace {

// A provider with spool, vault and an open gate; records as the stages before retain write them.
struct Spooled : stage_test::StreamWorkplace {
  crypto::PrivateKey review_key = crypto::PrivateKey::generate_p256();

  Spooled() {
    policy.vault = directory / "vault";
    policy.seal_certificates = {directory / "review.crt"};
    policy.retention_suspected = *base::parse_period("P14D");
    policy.retention_replay = *base::parse_period("P7D");
    policy.evidence_fields = {{"account", "to report it"}};
    base::write_new_file(
        directory / "review.crt",
        crypto::Certificate::self_signed(review_key, "review", at("2020-01-01T00:00:00Z"),
                                         at("2029-01-01T00:00:00Z"))
            .pem());
    vault::CaseStore::create(policy.vault, true);
    open();
  }

  using StreamWorkplace::scoped;
  std::string scoped(const std::string& id, const std::string& path) {
    const json::Json more{
        {"role", "sending"}, {"sent_at", "2025-06-01T00:00:00Z"}, {"phone", "0123"}};
    return scoped(item(id, path, more), admission());
  }
  std::string matched(const std::string& id, const std::string& path, const std::string& bytes,
                      bool hit) {
    json::Json hits = json::Json::array();
    if (hit) {
      hits.push_back({{"technology", "known-digests"},
                      {"list", "known"},
                      {"entry", "7"},
                      {"class", "known"},
                      {"method", "exact"},
                      {"previously_identified", true}});
    }
    const std::string hashed =
        sealed(scoped(id, path), "scope", "hash",
               {{"sha256", crypto::sha256_hex(bytes)}, {"bytes", bytes.size()}, {"kind", "image"}});
    return sealed(hashed, "hash", "match",
                  {{"hits", hits}, {"identified_at", base::to_string(now)}});
  }

  std::vector<Answer> run(const std::vector<std::string>& lines,
                          stage::RetainSettings settings = {}) {
    stage::Retain retain(*gate, *ledger, settings);
    std::vector<Answer> answers = run_batch(retain, lines);
    retain.finish();
    return answers;
  }
  std::string failed(const std::string& id, const std::string& path, const std::string& code) {
    const auto record = ndjson::Record::parse(parser, scoped(id, path));
    return ndjson::with_error(
        record->line(), "hash",
        base::ItemError{code, "words", false, code == "kind_mismatch" ? "SC-06" : "", ""});
  }
};

}  // namespace

TEST_CASE("a record without a hit loses its file and leaves nothing but a count") {
  Spooled t;
  t.put("a", "harmless");
  const auto before = std::filesystem::last_write_time(t.policy.vault);
  const auto lines = t.run({t.matched("m-1", "a", "harmless", false)});
  CHECK(lines[0].kind == ndjson::Outcome::Kind::drop);
  CHECK(lines[0].text.empty());
  CHECK_FALSE(t.there("a"));
  CHECK(t.counts() == std::map<std::string, std::uint64_t>{{"out/erased", 1}});
  CHECK(std::filesystem::last_write_time(t.policy.vault) == before);
  CHECK(std::filesystem::is_empty(t.policy.vault / "writers"));
}

TEST_CASE("an acknowledgement tells the id and the state, and no hash") {
  Spooled t;
  t.put("a", "harmless");
  const auto lines =
      t.run({t.matched("m-1", "a", "harmless", false), t.matched("m-2", "gone", "harmless", false)},
            {true});
  CHECK(lines[0].text == R"({"id":"m-1","retain":{"state":"erased"}})");
  CHECK(lines[1].text == R"({"id":"m-2","retain":{"state":"content_gone"}})");
  CHECK(t.counts() ==
        std::map<std::string, std::uint64_t>{{"out/content_gone", 1}, {"out/erased", 1}});
}

TEST_CASE(
    "a hit becomes one sealed case; the evidence fields and nothing else of the record is kept") {
  Spooled t;
  t.put("a", "bad");
  const std::string record = t.matched("m-1", "a", "bad", true);
  const auto lines = t.run({record, record});
  CHECK(lines[0].kind == ndjson::Outcome::Kind::pass);
  CHECK(lines[0].text.starts_with(record.substr(0, record.size() - 1)));  // every byte as it was
  CHECK(lines[0].json["retain"]["state"] == "suspected");
  CHECK(lines[0].json["retain"]["expires_at"] == "2025-06-15T00:00:00Z");
  CHECK(lines[1].json["retain"] == lines[0].json["retain"]);
  CHECK_FALSE(t.there("a"));
  CHECK(t.counts() == std::map<std::string, std::uint64_t>{{"out/replayed", 1}, {"out/stored", 1}});

  vault::CaseStore store = vault::CaseStore::open(t.policy.vault, *t.ledger, true);
  REQUIRE(store.list().size() == 1);
  const vault::CaseRow row = store.list().front();
  CHECK(row.id.value == lines[0].json["retain"]["case"]);
  CHECK(row.previously_identified);
  const auto certificate = crypto::Certificate::open(t.directory / "review.crt");
  const vault::Opened opened = store.open_case(store.open_stored(row.id), t.review_key, certificate,
                                               {row.purposes.at(0), "review", {}});
  CHECK(opened.metadata["account"] == "account-1");
  CHECK(opened.metadata["hits"][0]["entry"] == "7");
  CHECK(opened.metadata["hash"]["kind"] == "image");
  CHECK_FALSE(opened.metadata.contains("phone"));
  CHECK_FALSE(opened.metadata.contains("content"));
}

TEST_CASE("case.stored has the account holder's role, and counts each leaf with hits once") {
  Spooled w;
  w.put("a", "an archive");
  const auto hit = [](int member, const char* material, bool known) {
    return json::Json{{"technology", "known-digests"},
                      {"list", "known"},
                      {"entry", "7"},
                      {"class", material},
                      {"previously_identified", known},
                      {"method", "exact"},
                      {"member", member}};
  };
  const std::string hashed = w.sealed(w.scoped("a", "a"), "scope", "hash",
                                      {{"sha256", crypto::sha256_hex("an archive")},
                                       {"bytes", 10},
                                       {"kind", "archive"},
                                       {"members",
                                        {{{"index", 0}, {"kind", "image"}},
                                         {{"index", 1}, {"kind", "image"}},
                                         {{"index", 2}, {"kind", "video"}},
                                         {{"index", 3}, {"kind", "image"}}}}});
  w.run({w.sealed(hashed, "hash", "match",
                  {{"hits",
                    {hit(0, "new", false), hit(0, "known", true), hit(1, "known", false),
                     hit(2, "new", false)}},
                   {"identified_at", base::to_string(w.now)}})});
  std::optional<ledger::CaseStored> stored;
  w.ledger->read(0, [&](const ledger::StoredEntry& entry) {
    if (auto fact = ledger::read<ledger::CaseStored>(entry)) stored = std::move(fact);
    return true;
  });
  REQUIRE(stored);
  CHECK(stored->role == ledger::AccountRole::sending);
  using base::MaterialClass;
  CHECK(stored->leaves ==
        std::vector<ledger::LeafCount>{{"image", MaterialClass::known, 2},
                                       {"video", MaterialClass::new_material, 1}});
}

TEST_CASE("a role that is not one of the four words does not reach the ledger") {
  Spooled w;
  w.put("a", "content");
  std::string line = w.matched("a", "a", "content", true);
  const std::string word = R"("role":"sending")";
  line.replace(line.find(word), word.size(), R"("role":"someone")");
  w.run({line});
  w.ledger->read(0, [&](const ledger::StoredEntry& entry) {
    CHECK(entry.line.find("someone") == std::string::npos);
    if (const auto stored = ledger::read<ledger::CaseStored>(entry)) CHECK_FALSE(stored->role);
    return true;
  });
}

TEST_CASE("a hit whose file is gone is its case when it has one, else content_gone") {
  Spooled t;
  t.put("a", "bad");
  const std::string record = t.matched("m-1", "a", "bad", true);
  const auto first = t.run({record});
  const auto lines = t.run({record, t.matched("m-2", "b", "bad", true)});
  CHECK(lines[0].json["retain"] == first[0].json["retain"]);
  CHECK(lines[1].kind == ndjson::Outcome::Kind::pass);
  CHECK(lines[1].json["retain"] == json::Json{{"state", "content_gone"}});
}

TEST_CASE("a file that changed after it was hashed makes no case") {
  Spooled t;
  t.put("a", "changed");
  const auto lines = t.run({t.matched("m-1", "a", "bad", true)});
  CHECK(lines[0].kind == ndjson::Outcome::Kind::error);
  CHECK(lines[0].json["error"]["code"] == "content_changed");
  CHECK(std::filesystem::is_empty(t.policy.vault / "blobs"));
  CHECK(t.counts() == std::map<std::string, std::uint64_t>{{"out/error/content_changed", 1}});
}

TEST_CASE("nothing is unlinked when a seal fails, whatever the record says") {
  Spooled t;
  t.put("a", "harmless");
  t.put("b", "other");
  std::string record = t.matched("m-1", "a", "harmless", false);
  record.replace(record.find(R"("path":"a")"), 10, R"("path":"b")");
  std::string error = t.failed("m-2", "a", "decode_failed");
  error.replace(error.find(R"("path":"a")"), 10, R"("path":"b")");
  const auto lines = t.run({record, error});
  CHECK(lines[0].json["error"]["code"] == "bad_seal");
  CHECK(lines[1].kind == ndjson::Outcome::Kind::error);
  CHECK(t.there("a"));
  CHECK(t.there("b"));
  CHECK(t.counts().empty());
}

TEST_CASE("files of permanent errors go, those of errors to be tried again stay, all are counted") {
  Spooled t;
  for (const char* name : {"a", "b", "c"}) t.put(name, "x");
  const std::vector<std::string> in = {
      t.failed("m-1", "a", "decode_failed"), t.failed("m-2", "b", "timeout"),
      t.failed("m-3", "c", "kind_mismatch"), t.failed("m-4", "d", "content_gone")};
  const auto lines = t.run(in);
  for (std::size_t i = 0; i < in.size(); ++i)
    CHECK(lines[i].text == in[i]);  // passed on as they are
  CHECK_FALSE(t.there("a"));
  CHECK(t.there("b"));
  CHECK_FALSE(t.there("c"));
  CHECK(t.counts() == std::map<std::string, std::uint64_t>{{"dropped/kind_mismatch/SC-06", 1},
                                                           {"out/content_gone", 1},
                                                           {"out/error/decode_failed", 1},
                                                           {"out/error/timeout", 1}});
}

TEST_CASE("a symbolic link in the spool is neither read nor unlinked") {
  Spooled t;
  base::write_new_file(t.directory / "outside", "bad");
  std::filesystem::create_symlink(t.directory / "outside", t.policy.spool / "a");
  const auto lines =
      t.run({t.matched("m-1", "a", "bad", true), t.matched("m-2", "a", "bad", false)});
  CHECK(lines[0].json["error"]["code"] == "content_unreadable");
  CHECK(lines[1].json["error"]["code"] == "content_unreadable");
  CHECK(std::filesystem::exists(t.directory / "outside"));
  CHECK(std::filesystem::is_symlink(t.policy.spool / "a"));
}

TEST_CASE(
    "a record that is stale, of another gate, or comes twice through retain is an error and keeps "
    "its file") {
  Spooled t;
  t.put("a", "harmless");
  const std::string record = t.matched("m-1", "a", "harmless", false);
  const auto twice = ndjson::Record::parse(t.parser, record);
  const std::string again = twice->with("retain", R"({"state":"erased"})");
  CHECK(t.run({again})[0].json["error"]["code"] == "bad_record");
  t.set_time(at("2025-06-08T00:00:01Z"));
  CHECK(t.run({record})[0].json["error"]["code"] == "scope_stale");
  CHECK(t.there("a"));
}

TEST_CASE("with every pair closed the run stops with all that is missing") {
  Spooled t;
  t.set_time(at("2026-05-01T00:00:00Z"));
  stage::Retain retain(*t.gate, *t.ledger, {});
  CHECK_THROWS_AS(retain.begin_batch(1), base::Error);
}
