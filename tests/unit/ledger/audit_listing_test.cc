#include "ledger/audit_listing.h"

#include <doctest/doctest.h>

#include "json/json.h"
#include "ledger/merkle.h"
#include "workplace.h"

using namespace proviso;

namespace {

struct ThreeEntries : LedgerFixture {
  ledger::Ledger ledger = open();
  ThreeEntries() {
    ledger.append({"test.first", "law", {}, {}});
    ledger.append({"test.second", "law", "run-1", {}});
  }
};

}  // namespace

TEST_CASE("the proofs that are printed are those of the tree") {
  ThreeEntries t;
  std::vector<base::Sha256> leaves;
  t.ledger.read(0, [&](const ledger::StoredEntry& entry) {
    leaves.push_back(ledger::leaf_hash(entry.line));
    return true;
  });
  const auto one = json::parse(ledger::inclusion_text(t.ledger, 1), "a proof");
  CHECK(one.at("size") == 3);
  CHECK(one.at("leaf") == base::to_hex(leaves[1]));
  CHECK(one.at("root") == base::to_hex(ledger::tree_hash(leaves)));
  const std::vector<std::string> path{base::to_hex(leaves[0]), base::to_hex(leaves[2])};
  CHECK(one.at("proof") == json::Json(path));
  const auto grown = json::parse(ledger::consistency_text(t.ledger, 1, 0), "a proof");
  CHECK(grown.at("size") == 3);
  CHECK(grown.at("old_root") == base::to_hex(ledger::tree_hash(std::span(leaves).first(1))));
}

TEST_CASE("a place or a size that the log does not have is refused") {
  ThreeEntries t;
  CHECK_THROWS_WITH(ledger::inclusion_text(t.ledger, 3), "N: the log has 3 entries");
  for (const auto& [before, after] : {std::pair{0, 3}, std::pair{3, 2}, std::pair{1, 4}}) {
    CHECK_THROWS_WITH(ledger::consistency_text(t.ledger, static_cast<std::uint64_t>(before),
                                               static_cast<std::uint64_t>(after)),
                      "OLD NEW: sizes 1 to 3 in order were expected");
  }
}

TEST_CASE("entries are listed until nobody wants more") {
  ThreeEntries t;
  const auto count = [&](const ledger::Query& query, const std::string& from, std::size_t most) {
    std::size_t lines = 0;
    ledger::list_entries(t.ledger, query, from, "", [&](std::string_view line) {
      CHECK(line.ends_with("}\n"));
      return ++lines < most;
    });
    return lines;
  };
  CHECK(count({}, "", 100) == 3);
  CHECK(count({}, "", 2) == 2);
  ledger::Query of_law;
  of_law.tool = "law";
  CHECK(count(of_law, "", 100) == 2);
  CHECK(count({}, "2027-01-01T00:00:00Z", 100) == 0);
  CHECK_THROWS_WITH(count({}, "yesterday", 100), "--from: 'yesterday' is no RFC 3339 instant");
}

TEST_CASE("a document is found by its digest alone") {
  ThreeEntries t;
  const std::string digest = t.ledger.keep_document("a policy");
  CHECK(ledger::document(t.ledger, digest) == "a policy");
  CHECK_THROWS_WITH(ledger::document(t.ledger, "../checkpoint"),
                    "DIGEST: 64 hex digits were expected");
  CHECK_THROWS_AS(ledger::document(t.ledger, std::string(64, '0')), base::Error);
  base::write_file_atomically(t.path / "documents" / digest, "another policy");
  CHECK_THROWS_WITH_AS(ledger::document(t.ledger, digest),
                       doctest::Contains("the document's digest is not its name: it was changed"),
                       base::Error);
}

TEST_CASE("a balance is of a run that is there") {
  ThreeEntries t;
  CHECK_THROWS_WITH(ledger::balances(t.ledger, "", false), "RUN: a run or --all was expected");
  CHECK_THROWS_WITH(ledger::balances(t.ledger, "run-9", false),
                    "run-9: the ledger knows no such run");
  ledger::Balance balance;
  balance.in = 3;
  balance.erased = 1;
  CHECK(ledger::unaccounted_text(balance) == "2 of 3 items are not accounted for");
  balance.open = true;
  CHECK(ledger::unaccounted_text(balance) ==
        "the run is in progress; what is on its way is not accounted for yet");
}

TEST_CASE("what is verified says size and root; a foreign checkpoint does not pass") {
  ThreeEntries t;
  CHECK(ledger::verified(t.ledger, t.public_key(), "")
            .find("proviso/test/rehearsal: 3 entries, root ") == 0);
  base::write_file_atomically(t.path / "remembered", "no checkpoint");
  CHECK_THROWS_AS(ledger::verified(t.ledger, t.public_key(), (t.path / "remembered").string()),
                  base::Error);
  CHECK(base::read_file(t.path / "remembered") == "no checkpoint");
}

TEST_CASE("a monitor's file goes forward with the log, and only forward") {
  ThreeEntries t;
  const std::string file = (t.path.parent_path() / "monitor").string();
  const auto verify = [&] { return ledger::verified(t.open(), t.public_key(), file); };
  verify();
  const std::string first = base::read_file(file);
  CHECK(first == t.ledger.checkpoint_note());
  verify();
  CHECK(base::read_file(file) == first);
  std::filesystem::copy(t.path, t.path.parent_path() / "older",
                        std::filesystem::copy_options::recursive);
  t.ledger.append({"test.second", "law", "run-1", {}});
  verify();
  const std::string second = base::read_file(file);
  CHECK(second == t.ledger.checkpoint_note());
  CHECK(second != first);
  std::filesystem::remove_all(t.path);
  std::filesystem::copy(t.path.parent_path() / "older", t.path,
                        std::filesystem::copy_options::recursive);
  CHECK_THROWS_AS(verify(), base::Error);
  CHECK(base::read_file(file) == second);
}
