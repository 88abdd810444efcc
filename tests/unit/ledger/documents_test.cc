#include "ledger/documents.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "crypto/random.h"
#include "ledger/facts.h"
#include "ledger/verification.h"
#include "workplace.h"

using namespace proviso;

namespace {

namespace fs = std::filesystem;

struct TwoDocuments : LedgerFixture {
  ledger::Ledger ledger = open();
  std::string policy = ledger.keep_document("a policy"), notice = ledger.keep_document("a notice");

  TwoDocuments() {
    ledger.append(to_entry(ledger::GateInputs{std::string(64, '9'),
                                              R"({"mode":"rehearsal"})",
                                              {{ledger::DocumentKind::policy, {}, policy},
                                               {ledger::DocumentKind::notice, "chat", notice}}},
                           "scope-check", "run-1"));
  }
  fs::path file(const std::string& digest) const { return path / "documents" / digest; }

  // Of one document alone: what audit verify says of it; empty when there is nothing to say.
  std::string finding(const std::string& digest) const {
    std::string what;
    for (const base::Finding& each : ledger::verify(open(), public_key(), {}).findings) {
      CHECK(each.where == file(digest).string());
      what += each.what;
    }
    return what;
  }
};

std::optional<base::ExitCode> refusal(ledger::Ledger& ledger, std::string_view bytes,
                                      const fs::path& place) {
  try {
    ledger.keep_document(bytes);
    return std::nullopt;
  } catch (const base::Error& error) {
    CHECK(error.findings().at(0).where == place.string());
    return error.code();
  }
}

}  // namespace

TEST_CASE("documents are kept once, under the digest of their bytes") {
  TwoDocuments t;
  CHECK(t.policy == crypto::sha256_hex("a policy"));
  CHECK(ledger::read_document(t.file(t.policy)) == "a policy");
  const auto written = fs::last_write_time(t.file(t.policy)) - std::chrono::hours(1);
  fs::last_write_time(t.file(t.policy), written);
  const std::string_view all[] = {"a policy", "", "a notice"};
  const std::vector<std::string> digests = t.ledger.keep_documents(all);
  CHECK(digests == std::vector<std::string>{t.policy, crypto::sha256_hex(""), t.notice});
  CHECK(fs::last_write_time(t.file(t.policy)) == written);
  CHECK(std::distance(fs::directory_iterator(t.path / "documents"), {}) == 3);
  CHECK(ledger::read_document(t.file(digests[1])) == "");
}

TEST_CASE("a document that was changed is not taken for kept") {
  TwoDocuments t;
  const fs::path place = t.file(t.policy);
  for (const char* bytes : {"a policY", "a policy and more", ""}) {
    base::write_file_atomically(place, bytes);
    CHECK(refusal(t.ledger, "a policy", place) == base::ExitCode::check_failed);
    CHECK_FALSE(ledger::read_document(place));
    CHECK(base::read_file(place) == bytes);
  }
  CHECK(refusal(t.ledger, "a notice", place) == std::nullopt);
}

TEST_CASE("a link, a folder and a file larger than any document is not a document") {
  TwoDocuments t;
  const fs::path place = t.file(t.policy);
  const auto refused = [&] {
    CHECK_FALSE(ledger::read_document(place));
    CHECK(refusal(t.ledger, "a policy", place) == base::ExitCode::check_failed);
    CHECK(t.finding(t.policy).starts_with(ledger::kChangedDocument));
  };
  fs::rename(place, t.path.parent_path() / "elsewhere");
  fs::create_symlink(t.path.parent_path() / "elsewhere", place);
  refused();
  fs::remove(place);
  fs::create_symlink(t.path / "nowhere", place);
  refused();
  fs::remove(place);
  fs::create_directory(place);
  refused();
  fs::remove(place);
  base::write_file_atomically(place, "a policy");
  fs::resize_file(place, base::kMaxDocumentBytes + 1);
  refused();
  const std::string large(base::kMaxDocumentBytes + 1, 'x');
  CHECK(refusal(t.ledger, large, t.file(crypto::sha256_hex(large))) == base::ExitCode::data);
}

TEST_CASE("what is verified finds each document that is gone or changed, and who names it") {
  TwoDocuments t;
  CHECK(t.finding("").empty());
  for (const std::string& digest : {t.policy, t.notice}) {
    const std::string bytes = base::read_file(t.file(digest));
    const std::string entry = (t.path / "entries/0001.ndjson:2").string();
    fs::remove(t.file(digest));
    CHECK(t.finding(digest) == "the document is gone that " + entry + " names");
    base::write_file_atomically(t.file(digest), bytes + " ");
    CHECK(t.finding(digest) == fmt::format("{}; {} names it", ledger::kChangedDocument, entry));
    base::write_file_atomically(t.file(digest), bytes);
    CHECK(t.finding(digest).empty());
  }
  // One that no entry names is changed all the same.
  const std::string orphan = t.ledger.keep_document("of a run that never began");
  CHECK(t.finding(orphan).empty());
  base::write_file_atomically(t.file(orphan), "x");
  CHECK(t.finding(orphan) == ledger::kChangedDocument);
}

TEST_CASE("an entry from before there were documents names none") {
  LedgerFixture t;
  ledger::Ledger ledger = t.open();
  const std::string inputs = R"({"dpia":[")" + std::string(64, 'd') + R"("],"mode":"rehearsal"})";
  ledger.append(to_entry(ledger::GateInputs{std::string(64, '9'), inputs, {}}, "scope-check", "1"));
  CHECK(ledger.last()->line.find("documents") == std::string::npos);
  const auto read = ledger::read<ledger::GateInputs>(*ledger.last());
  REQUIRE(read);
  CHECK(read->documents.empty());
  CHECK(read->description == inputs);
  CHECK(ledger::verify(ledger, t.public_key(), {}).findings.empty());
}
