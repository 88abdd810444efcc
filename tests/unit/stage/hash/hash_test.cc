#include "stage/hash/hash.h"

#include "../stream_workplace.h"

using namespace proviso;
using Kind = ndjson::Outcome::Kind;
using stage_test::at;
using stage_test::Json;

namespace {

const std::filesystem::path kMedia = std::filesystem::path(PROVISO_TEST_DATA) / "media";

struct Hashing : stage_test::StreamWorkplace {
  Hashing() { open(); }

  void copy(const std::string& from, const std::string& to) const {
    std::filesystem::copy_file(kMedia / from, policy.spool / to);
  }
  stage::Hash hashing() const { return {*gate, 1, {}, PROVISO_EXEC_DIR "/decode-worker"}; }
  std::string admitted(const std::string& id, const std::string& path,
                       const Json& more = Json::object()) {
    return scoped(item(id, path, more), admission());
  }
  Answer run_one(const std::string& line) {
    stage::Hash hash = hashing();
    return run_batch(hash, {line}).at(0);
  }
};

}  // namespace

TEST_CASE("an admitted file gets a sealed hash member with its kind, size and digests") {
  Hashing w;
  w.copy("picture.jpg", "a");
  const std::string line = w.admitted("m-1", "a");
  const auto answer = w.run_one(line);
  CHECK(answer.kind == Kind::pass);
  CHECK(answer.text.starts_with(line.substr(0, line.size() - 1) + R"(,"hash":{)"));
  const std::string bytes = base::read_file(kMedia / "picture.jpg");
  const Json& hash = answer.json.at("hash");
  CHECK(hash.at("kind") == "image");
  CHECK(hash.at("bytes") == bytes.size());
  CHECK(hash.at("sha256") == crypto::sha256_hex(bytes));
  CHECK(hash.contains("md5"));
  CHECK_FALSE(hash.contains("pdq"));  // no technology asks for it
  CHECK(w.seals_verify(answer.text, {"scope", "hash"}));
  CHECK(w.there("a"));
}

TEST_CASE("a record whose seal fails is not opened, whatever it says") {
  Hashing w;
  w.copy("picture.jpg", "a");
  w.copy("picture.png", "b");
  std::string line = w.admitted("m-1", "a");
  line.replace(line.find(R"("path":"a")"), 10, R"("path":"b")");
  const auto answer = w.run_one(line);
  CHECK(answer.kind == Kind::error);
  CHECK(answer.error() == "bad_seal");
  CHECK_FALSE(answer.json.contains("hash"));
}

TEST_CASE("an admission under another gate, of the other mode or too old is an error") {
  Hashing w;
  w.copy("picture.jpg", "a");
  gate::ScopeMember scope = w.admission();
  scope.gate = crypto::sha256_hex("another policy");
  CHECK(w.run_one(w.scoped(w.item("m-1", "a"), scope)).error() == "gate_changed");
  scope = w.admission();
  scope.rehearsal = false;
  CHECK(w.run_one(w.scoped(w.item("m-1", "a"), scope)).error() == "gate_changed");
  const std::string line = w.admitted("m-1", "a");
  w.set_time(at("2025-06-01T01:00:00Z"));
  CHECK(w.run_one(line).kind == Kind::pass);
  w.set_time(at("2025-06-01T01:00:01Z"));
  CHECK(w.run_one(line).error() == "scope_stale");
  w.set_time(at("2025-05-31T23:50:00Z"));
  CHECK(w.run_one(line).error() == "scope_stale");
}

TEST_CASE("a gate that closes amid a batch lets no further file be opened") {
  Hashing w;
  w.copy("picture.jpg", "a");
  stage::Hash hash = w.hashing();
  const std::string line = w.admitted("m-1", "a");
  CHECK(w.process(hash, {line}).at(0).kind == Kind::pass);
  w.sign(ledger::OversightAct::halt, "under review");
  w.set_time(at("2025-06-01T00:00:01Z"));
  const auto record = ndjson::Record::parse(w.parser, line);
  const ndjson::Outcome outcome = hash.process({*record, 0}, 0);
  CHECK(outcome.kind == Kind::error);
  CHECK(outcome.line.find(R"("code":"gate_closed")") != std::string::npos);
  CHECK_THROWS_AS(hash.begin_batch(1), base::Error);
}

TEST_CASE("a file that is gone is passed on as content_gone, and is not a failure") {
  Hashing w;
  const auto answer = w.run_one(w.admitted("m-1", "nowhere"));
  CHECK(answer.kind == Kind::pass);
  CHECK(answer.error() == "content_gone");
}

TEST_CASE("a symbolic link and a path out of the spool are not followed") {
  Hashing w;
  base::write_new_file(w.directory / "outside", "x");
  std::filesystem::create_symlink(w.directory / "outside", w.policy.spool / "link");
  for (const char* path : {"link", "../outside"}) {
    CAPTURE(path);
    CHECK(w.run_one(w.admitted("m-1", path)).error() == "content_unreadable");
  }
}

TEST_CASE("the bytes and not the declaration decide on the kind: a mismatch is told by its rule") {
  Hashing w;
  w.copy("video.mp4", "a");
  const auto answer = w.run_one(w.admitted("m-1", "a"));
  CHECK(answer.kind == Kind::error);
  const Json& error = answer.json.at("error");
  CHECK(error.at("code") == "kind_mismatch");
  CHECK(error.at("rule") == "SC-10");
  CHECK(error.at("citation") == w.law.refusal("SC-10", "").citation);
  CHECK_FALSE(answer.json.contains("hash"));
}

TEST_CASE("of a container each admitted leaf is hashed, and the file itself is pinned alone") {
  Hashing w;
  w.copy("pictures.zip", "a");
  const auto answer =
      w.run_one(w.admitted("m-1", "a", {{"content", {{"kind", "archive"}, {"path", "a"}}}}));
  REQUIRE(answer.kind == Kind::pass);
  const Json& hash = answer.json.at("hash");
  CHECK(hash.at("kind") == "archive");
  CHECK(hash.at("sha256") == crypto::sha256_hex(base::read_file(kMedia / "pictures.zip")));
  CHECK_FALSE(hash.contains("md5"));
  REQUIRE(hash.at("members").size() > 1);
  for (const Json& member : hash.at("members")) {
    CHECK(member.at("kind") == "image");
    CHECK(member.contains("index"));
    CHECK(member.contains("md5"));
    CHECK(member.contains("sha256"));
  }
}

TEST_CASE("a leaf that cannot be read is reported beside the others") {
  Hashing w;
  w.copy("locked.zip", "a");
  const auto answer = w.run_one(w.admitted("m-1", "a"));
  REQUIRE(answer.kind == Kind::pass);
  bool locked = false;
  for (const Json& member : answer.json.at("hash").at("members"))
    locked = locked || (member.contains("error") && member.at("error").at("code") == "locked");
  CHECK(locked);
}

TEST_CASE("a picture that cannot be decoded is an error, and no non-hit") {
  Hashing w;
  w.policy.technologies[0].method = policy::Pdq{};
  w.open();
  w.put("a", base::read_file(kMedia / "picture.jpg").substr(0, 200));
  const auto answer = w.run_one(w.admitted("m-1", "a"));
  CHECK(answer.kind == Kind::error);
  CHECK(answer.error() == "decode_failed");
}

TEST_CASE("what is derived from text has no file: its kind is taken over and nothing is opened") {
  Hashing w;
  policy::Technology& technology = w.policy.technologies[0];
  technology.method = policy::Indicators{};
  technology.purpose = policy::Purpose::solicitation;
  technology.lists.clear();
  w.open();
  w.put("a", "x");
  const Json derived{{"indicators", {{"age_gap", 1}}}, {"content", {{"kind", "text"}}}};
  const auto answer = w.run_one(w.admitted("m-1", "", derived));
  REQUIRE(answer.kind == Kind::pass);
  Json hash = answer.json.at("hash");
  hash.erase("mac");
  CHECK(hash == Json{{"kind", "text"}});
  CHECK(w.run_one(w.admitted("m-2", "a", {{"indicators", {{"age_gap", 1}}}})).error() ==
        "bad_record");
}

TEST_CASE("a record that has a hash already, or no content to hash, is bad_record") {
  Hashing w;
  w.copy("picture.jpg", "a");
  const std::string once = w.run_one(w.admitted("m-1", "a")).text;
  CHECK(w.run_one(once).json.at("error").at("code") == "bad_record");
  CHECK(w.run_one(w.admitted("m-2", "", {{"content", {{"kind", "image"}}}})).error() ==
        "bad_record");
}

TEST_CASE("an earlier stage's error is passed on as it is") {
  Hashing w;
  const std::string line =
      w.admitted("m-1", "a", {{"error", {{"tool", "scope-check"}, {"code", "bad_record"}}}});
  const auto answer = w.run_one(line);
  CHECK(answer.kind == Kind::error);
  CHECK(answer.text == line);
}
