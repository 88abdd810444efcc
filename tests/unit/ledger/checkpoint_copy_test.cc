#include "ledger/checkpoint_copy.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "workplace.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

namespace fs = std::filesystem;

struct WithCopy : LedgerFixture {
  fs::path vault = path.parent_path() / "vault";
  fs::path before = path.parent_path() / "before";  // the ledger as it was first
  Ledger ledger = open();
  WithCopy() {
    fs::create_directory(vault);
    ledger.append({"test.event", "test", "", ""});
    fs::copy(path, before, fs::copy_options::recursive);
    ledger.append({"test.event", "test", "", ""});
  }
  void roll_back() const {
    fs::remove_all(path);
    fs::copy(before, path, fs::copy_options::recursive);
  }
  std::string copy() const { return base::read_file(vault / kCheckpointCopy); }
};

}  // namespace

TEST_CASE("a ledger that goes on from its copy passes; a folder without one remembers nothing") {
  WithCopy f;
  require_extends_copy(f.ledger, f.vault);
  keep_copy(f.ledger, f.vault);
  CHECK(f.copy() == base::read_file(f.path / "checkpoint"));
  f.ledger.append({"test.event", "test", "", ""});
  require_extends_copy(f.open(), f.vault);
  keep_copy(f.ledger, f.vault);
  CHECK(f.copy() == base::read_file(f.path / "checkpoint"));
}

TEST_CASE("a ledger that was rolled back is refused, and takes no newer copy's place") {
  WithCopy f;
  keep_copy(f.ledger, f.vault);
  const std::string newest = f.copy();
  f.roll_back();
  CHECK_THROWS_WITH_AS(require_extends_copy(f.open(), f.vault),
                       doctest::Contains("the log was rolled back"), base::Error);
  CHECK_THROWS_AS(keep_copy(f.open(), f.vault), base::Error);
  CHECK(f.copy() == newest);
  Ledger regrown = f.open();
  for (int i = 0; i < 4; ++i) regrown.append({"test.other", "test", "", ""});
  CHECK_THROWS_WITH_AS(require_extends_copy(f.open(), f.vault),
                       doctest::Contains("the first 3 entries are not those of"), base::Error);
  CHECK_THROWS_AS(keep_copy(regrown, f.vault), base::Error);
  CHECK(f.copy() == newest);
}

TEST_CASE("a copy that was changed, emptied or is another ledger's is refused") {
  WithCopy f;
  keep_copy(f.ledger, f.vault);
  const std::string good = f.copy();
  for (std::size_t at = 0; at < good.size(); at += 7) {
    CAPTURE(at);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    base::write_file_atomically(f.vault / kCheckpointCopy, bad);
    CHECK_THROWS_AS(require_extends_copy(f.ledger, f.vault), base::Error);
    base::write_file_atomically(f.vault / kCheckpointCopy, std::string_view(good).substr(0, at));
    CHECK_THROWS_AS(require_extends_copy(f.ledger, f.vault), base::Error);
  }
}

TEST_CASE("of many who renew the copy, the newest checkpoint stays") {
  WithCopy f;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      Ledger own = f.open();
      for (int i = 0; i < 8; ++i) {
        own.append({"test.event", "test", "", ""});
        keep_copy(own, f.vault);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(f.copy() == base::read_file(f.path / "checkpoint"));
}
