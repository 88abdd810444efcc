#include "ledger/verified_entries.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

namespace fs = std::filesystem;

Entry entry(std::uint64_t i) {
  return {"test.event", "test", "", "", fmt::format(R"({{"value":{}}})", i)};
}

void append(Ledger& ledger, std::uint64_t count) {
  std::vector<Entry> entries;
  for (std::uint64_t i = 0; i < count; ++i) entries.push_back(entry(i));
  ledger.append(entries);
}

std::string damaged(const Ledger& ledger, std::uint64_t from = 0) {
  try {
    ledger.read(from, [](const StoredEntry&) { return true; });
    return "";
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::check_failed);
    return error.what();
  }
}

// A ledger of 600 entries (two whole blocks and a part), and its files as they were.
struct SixHundred : LedgerFixture {
  std::string segment_bytes, checkpoint;
  SixHundred() {
    Ledger ledger = open();
    append(ledger, 300);
    append(ledger, 299);
    segment_bytes = base::read_file(segment());
    checkpoint = base::read_file(path / "checkpoint");
  }
  Ledger reader() const { return Ledger::open_to_read(path, public_key()); }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::size_t at = 0;
    while (at < segment_bytes.size()) {
      const std::size_t end = segment_bytes.find('\n', at);
      all.push_back(segment_bytes.substr(at, end - at));
      at = end + 1;
    }
    return all;
  }
  void write(const std::vector<std::string>& lines) const {
    std::ofstream out(segment(), std::ios::trunc);
    for (const std::string& line : lines) out << line << '\n';
  }
  std::string place(std::uint64_t line) const {
    return segment().string() + ":" + std::to_string(line) + ": ";
  }
};

}  // namespace

TEST_CASE("what is read was hashed, from any entry on") {
  const SixHundred f;
  const Ledger ledger = f.reader();
  for (const std::uint64_t from : {0u, 1u, 255u, 256u, 511u, 512u, 513u, 599u, 600u, 700u}) {
    std::uint64_t next = std::min<std::uint64_t>(from, 600);
    const std::uint64_t end = ledger.read(from, [&](const StoredEntry& stored) {
      CHECK(stored.index == next++);
      return true;
    });
    CHECK(end == 600);
    CHECK(next == 600);
  }
  CHECK(ledger.read(10, [](const StoredEntry& stored) { return stored.index < 300; }) == 301);
}

TEST_CASE("a change is refused with its line, with and without stored hashes") {
  const SixHundred f;
  const std::vector<std::string> good = f.lines();
  REQUIRE(good.size() == 600);
  struct Attack {
    std::string name;
    std::function<void(std::vector<std::string>&)> change;
    std::uint64_t stored, alone;  // line numbers; 0: only that there is a fault
  };
  const std::vector<Attack> attacks = {
      {"a changed byte", [](auto& l) { l[300].replace(l[300].find("test.e"), 6, "best.e"); }, 301,
       0},
      {"a blank", [](auto& l) { l[300] += ' '; }, 301, 0},
      {"a carriage return", [](auto& l) { l[300] += '\r'; }, 301, 0},
      {"in the last block", [](auto& l) { l[590] += ' '; }, 591, 0},
      {"a removed line", [](auto& l) { l.erase(l.begin() + 300); }, 301, 301},
      {"the last line removed", [](auto& l) { l.pop_back(); }, 600, 600},
      {"a doubled line", [](auto& l) { l.insert(l.begin() + 300, l[299]); }, 301, 301},
      {"swapped lines", [](auto& l) { std::swap(l[10], l[400]); }, 11, 11},
      {"an empty line", [](auto& l) { l.insert(l.begin() + 5, ""); }, 6, 6},
      {"all lines renumbered",
       [](auto& l) {
         l.erase(l.begin() + 300);
         for (std::size_t i = 300; i < l.size(); ++i)
           l[i].replace(0, l[i].find(','), fmt::format(R"({{"n":{})", i));
       },
       301, 600},
  };
  for (const Attack& attack : attacks) {
    CAPTURE(attack.name);
    std::vector<std::string> lines = good;
    attack.change(lines);
    f.write(lines);
    CHECK(damaged(f.reader()).starts_with(f.place(attack.stored)));
    fs::rename(f.path / "hashes", f.path.parent_path() / "hashes");
    const std::string alone = damaged(f.reader());
    CHECK_FALSE(alone.empty());
    if (attack.alone != 0) CHECK(alone.starts_with(f.place(attack.alone)));
    CHECK_THROWS_AS(f.open().append(entry(1)), base::Error);
    fs::remove_all(f.path / "hashes");
    fs::rename(f.path.parent_path() / "hashes", f.path / "hashes");
  }
  base::write_file_atomically(f.segment(), f.segment_bytes);
  CHECK(damaged(f.reader()).empty());
}

TEST_CASE("nothing of a block is shown before it was hashed") {
  const SixHundred f;
  std::vector<std::string> lines = f.lines();
  lines[300] += ' ';
  f.write(lines);
  const Ledger ledger = f.reader();
  std::uint64_t seen = 0;
  CHECK_THROWS_AS(ledger.read(0, [&](const StoredEntry&) { return ++seen > 0; }), base::Error);
  CHECK(seen == 256);
  CHECK(damaged(ledger, 512).empty());  // what nobody reads is audit verify's
}

TEST_CASE("stored hashes that were changed, cut or removed change no answer") {
  const SixHundred f;
  for (const char* name : {"0", "8"}) {
    const fs::path file = f.path / "hashes" / name;
    const std::string good = base::read_file(file);
    for (std::size_t at = 0; at < good.size(); at += 997) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      base::write_file_atomically(file, bad);
      CHECK(damaged(f.reader()).empty());
      base::write_file_atomically(file, std::string_view(good).substr(0, at));
      CHECK(damaged(f.reader()).empty());
      CHECK(f.reader().last()->index == 599);
    }
    base::write_file_atomically(file, good);
  }
  // The next append writes them anew.
  const std::string leaves = base::read_file(f.path / "hashes/0");
  fs::remove_all(f.path / "hashes");
  CHECK(damaged(f.reader()).empty());
  f.open().append(entry(1));
  CHECK(base::read_file(f.path / "hashes/0").substr(0, leaves.size()) == leaves);
  CHECK(f.reader().entries()->is_stored());
}

TEST_CASE("a process that read without stored hashes writes them all when it appends") {
  const SixHundred f;
  fs::remove_all(f.path / "hashes");
  Ledger ledger = f.open();
  CHECK(damaged(ledger).empty());
  ledger.append(entry(1));
  CHECK(f.reader().entries()->is_stored());
}

TEST_CASE("nothing unsigned says where to write") {
  const SixHundred f;
  // What builds before kept: an offset and a time that nobody signed.
  base::write_file_atomically(
      f.path / "tree", R"({"offset":3000,"roots":[],"size":600,"time":"2099-01-01T00:00:00Z"})");
  f.open().append(entry(1));
  CHECK(base::read_file(f.segment()).starts_with(f.segment_bytes));
  CHECK(base::to_string(f.reader().last()->time) == "2026-11-24T10:00:00Z");
  CHECK_FALSE(fs::exists(f.path / "tree"));
}

TEST_CASE("a file that is not a segment is refused, and so is a segment too many") {
  const SixHundred f;
  for (const char* name :
       {"0002.ndjson", "0003.ndjson", "0000.ndjson", "1.ndjson", "0001.ndjson.bak", "notes",
        "00001.ndjson", "99999999999999999999.ndjson"}) {
    CAPTURE(name);
    const fs::path file = f.path / "entries" / name;
    base::write_file_atomically(file, f.segment_bytes);
    CHECK_THROWS_WITH_AS(f.reader(), doctest::Contains(file.c_str()), base::Error);
    fs::remove(file);
  }
  CHECK(damaged(f.reader()).empty());
  const fs::path elsewhere = f.path.parent_path() / "elsewhere";
  fs::rename(f.segment(), elsewhere);
  fs::create_symlink(elsewhere, f.segment());
  CHECK_THROWS_WITH_AS(f.reader(), doctest::Contains("0001.ndjson: not a segment"), base::Error);
}

TEST_CASE("a log that was rolled back, or grew otherwise, is refused by who read it before") {
  const SixHundred f;
  Ledger other = f.open();
  CHECK(damaged(other).empty());
  append(other, 5);
  CHECK(damaged(other).empty());
  const Ledger reader = f.reader();
  CHECK(damaged(reader).empty());
  base::write_file_atomically(f.segment(), f.segment_bytes);
  fs::remove(f.path / "heads");
  base::write_file_atomically(f.path / "checkpoint", f.checkpoint);
  CHECK(damaged(reader).find("the log was rolled back: what was read before has 605 entries and it "
                             "has 600") != std::string::npos);
  Ledger again = f.open();
  append(again, 9);
  CHECK(damaged(reader).find("the first 605 entries are not those of what was read before") !=
        std::string::npos);
}

TEST_CASE("full segments: the roots of all levels, and bytes behind the last line") {
  LedgerFixture f;
  {
    Ledger ledger = f.open();
    while (ledger.checkpoint().size + 8'192 <= 65'536) append(ledger, 8'192);
    append(ledger, 65'536 + 300 - ledger.checkpoint().size);  // over the segment's end
    append(ledger, 1);
  }
  const Ledger reader = Ledger::open_to_read(f.path, f.public_key());
  CHECK(reader.checkpoint().size == 65'839);
  CHECK(reader.entries()->is_stored());
  CHECK(damaged(reader).empty());
  CHECK(damaged(reader, 65'000).empty());
  std::vector<base::Sha256> leaves;
  reader.entries()->read(0, [&](std::uint64_t, std::string_view line) {
    leaves.push_back(leaf_hash(line));
    return true;
  });
  CHECK(tree_hash(leaves) == reader.checkpoint().root);
  const auto log = reader.entries();
  const Subtree stored = [&](std::uint64_t first, unsigned height) {
    return log->subtree(first, height);
  };
  const Subtree computed = [&](std::uint64_t first, unsigned height) {
    return tree_hash(std::span(leaves).subspan(first, std::size_t{1} << height));
  };
  for (const std::uint64_t index : {0u, 255u, 256u, 40'000u, 65'535u, 65'536u, 65'838u}) {
    CHECK(inclusion_proof(stored, leaves.size(), index) ==
          inclusion_proof(computed, leaves.size(), index));
    CHECK(consistency_proof(stored, leaves.size(), index) ==
          consistency_proof(computed, leaves.size(), index));
  }
  const std::string good = base::read_file(f.segment(), 64u << 20);
  base::write_file_atomically(f.segment(), good + "{}\n");
  CHECK(
      damaged(Ledger::open_to_read(f.path, f.public_key())).find("holds more than 65536 entries") !=
      std::string::npos);
  base::write_file_atomically(f.segment(), good);
  // A block's root that does not fit its segment's is computed again.
  for (const char* name : {"8", "16", "0"}) {
    const fs::path file = f.path / "hashes" / name;
    std::string bytes = base::read_file(file);
    bytes[5] = static_cast<char>(bytes[5] ^ 1);
    base::write_file_atomically(file, bytes);
    CHECK(damaged(Ledger::open_to_read(f.path, f.public_key())).empty());
  }
}

TEST_CASE("a segment that is a link, or no file at all, is neither cut nor written") {
  LedgerFixture f;
  Ledger ledger = f.open();
  while (ledger.checkpoint().size < 65'536)
    append(ledger, std::min<std::uint64_t>(8'192, 65'536 - ledger.checkpoint().size));
  if (ledger.checkpoint().size != 65'536) return;  // a snapshot's entry went over the end
  const fs::path precious = f.path.parent_path() / "precious";
  base::replace_file(precious, "precious");
  const fs::path segment = f.path / "entries/0002.ndjson";
  fs::create_symlink(precious, segment);
  CHECK_THROWS_WITH_AS(append(ledger, 1), doctest::Contains(segment.c_str()), base::Error);
  CHECK(base::read_file(precious) == "precious");
  fs::remove(segment);
  REQUIRE(::mkfifo(segment.c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(append(ledger, 1), doctest::Contains(segment.c_str()), base::Error);
}
