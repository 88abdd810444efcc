#include "ledger/head.h"

#include <doctest/doctest.h>

#include "ledger/verification.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

namespace fs = std::filesystem;

Entry entry() { return {"test.event", "test", "", ""}; }

struct FourEntries : LedgerFixture {
  FourEntries() {
    Ledger ledger = open();
    for (int i = 0; i < 3; ++i) ledger.append(entry());
  }
  Checkpoint head() const { return Head(path, public_key()).read(); }
  std::string slots() const { return base::read_file(path / "heads"); }
};

void flip(const fs::path& file, std::size_t at) {
  std::string bytes = base::read_file(file);
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
  base::write_file_atomically(file, bytes);
}

}  // namespace

TEST_CASE("the head is in a slot and in the checkpoint; the other slot has the one before") {
  const FourEntries f;
  CHECK(f.head().size == 4);
  CHECK(f.slots().size() == 2 * kHeadSlotBytes);
  const std::string checkpoint = base::read_file(f.path / "checkpoint");
  CHECK(f.slots().find(checkpoint) != std::string::npos);
  CHECK(f.slots().find("\n3\n") != std::string::npos);
}

TEST_CASE("any byte of heads or of the checkpoint, flipped or cut: the same head") {
  const FourEntries f;
  const Checkpoint head = f.head();
  for (const char* name : {"heads", "checkpoint"}) {
    const fs::path file = f.path / name;
    const std::string good = base::read_file(file);
    for (std::size_t at = 0; at < good.size(); at += good[at] == '\0' ? 511u : 1u) {
      CAPTURE(at);
      flip(file, at);
      CHECK(f.head().size == 4);
      CHECK(f.head().root == head.root);
      base::write_file_atomically(file, std::string_view(good).substr(0, at));
      CHECK(f.head().size == 4);
      base::write_file_atomically(file, good);
    }
    fs::remove(file);
    CHECK(f.head().size == 4);
    f.open().append(std::vector<Entry>{});
    base::write_file_atomically(file, good);
  }
  CHECK(verify(f.open(), f.public_key(), {}).findings.empty());
}

TEST_CASE("a damaged slot is written over by the next append, and nothing acknowledged is cut") {
  const FourEntries f;
  const std::string entries = base::read_file(f.segment());
  for (const std::size_t at : {std::size_t{3}, kHeadSlotBytes + 3}) {
    flip(f.path / "heads", at);
    f.open().append(entry());
    CHECK(base::read_file(f.segment()).starts_with(entries));
    CHECK(verify(f.open(), f.public_key(), {}).findings.empty());
  }
  CHECK(f.head().size == 6);
}

TEST_CASE("a crash before the slot was written leaves the head before it") {
  const FourEntries f;
  const std::string slots = f.slots();
  const std::string checkpoint = base::read_file(f.path / "checkpoint");
  const std::string entries = base::read_file(f.segment());
  f.open().append(entry());
  base::write_file_atomically(f.path / "heads", slots);
  base::write_file_atomically(f.path / "checkpoint", checkpoint);
  CHECK(f.head().size == 4);
  f.open().append(entry());
  CHECK(f.head().size == 6);  // with ledger.recovered
  CHECK(base::read_file(f.segment()).starts_with(entries));
  CHECK(verify(f.open(), f.public_key(), {}).findings.empty());
}

TEST_CASE("a damaged slot and a checkpoint that a power cut left old: nothing is cut") {
  const FourEntries f;
  const std::string checkpoint = base::read_file(f.path / "checkpoint");
  f.open().append(entry());
  const std::string entries = base::read_file(f.segment());
  base::write_file_atomically(f.path / "checkpoint", checkpoint);
  const std::string slots = f.slots();
  const std::size_t newest = slots.find("\n5\n");
  REQUIRE(newest != std::string::npos);
  flip(f.path / "heads", newest + 20);
  CHECK_THROWS_WITH_AS(f.open().append(entry()), doctest::Contains("heads: slot"), base::Error);
  CHECK(base::read_file(f.segment()) == entries);
  CHECK_FALSE(verify(f.open(), f.public_key(), {}).findings.empty());
  base::write_file_atomically(f.path / "heads", slots);
  f.open().append(entry());
  CHECK(f.head().size == 6);
}

TEST_CASE("a ledger of an earlier build, without slots, gets them with the first append") {
  const FourEntries f;
  fs::remove(f.path / "heads");
  CHECK(f.head().size == 4);
  f.open().append(entry());
  CHECK(f.head().size == 5);
  CHECK(f.slots().size() == 2 * kHeadSlotBytes);
}

TEST_CASE("without any signed copy there is no head") {
  const FourEntries f;
  fs::remove(f.path / "heads");
  base::write_file_atomically(f.path / "checkpoint", "");
  CHECK_THROWS_WITH_AS(f.head(), doctest::Contains("checkpoint"), base::Error);
  fs::remove(f.path / "checkpoint");
  CHECK_THROWS_WITH_AS(f.head(), doctest::Contains("is gone, and nothing else says"), base::Error);
  for (const char* name : {"heads", "checkpoint"}) {
    fs::create_directory(f.path / name);
    CHECK_THROWS_WITH_AS(f.head(), doctest::Contains("not a regular file"), base::Error);
    fs::remove(f.path / name);
    fs::create_symlink("elsewhere", f.path / name);
    CHECK_THROWS_WITH_AS(f.head(), doctest::Contains("not a regular file"), base::Error);
    fs::remove(f.path / name);
  }
}
