// Lists of lines: hex, digest tools, hashdeep, CSV, NDJSON, NSRL.
#include <doctest/doctest.h>

#include "crypto/random.h"
#include "list_reading.h"
#include "sqlite/database.h"

using namespace proviso;
using namespace proviso::list_test;
using index::HashType;

TEST_CASE("a plain list is read with CRLF and comments, and each bad line has its number") {
  const Read read(fixture("plain.sha256.txt"));
  REQUIRE(read.entries.size() == 3);
  CHECK(read.entries[0].line == 2);
  CHECK(read.entries[1].line == 4);  // upper case
  CHECK(read.entries[2].line == 7);  // no newline at its end
  CHECK(read.entries[0].exact[0].type == HashType::sha256);
  CHECK(read.entries[0].id.empty());
  CHECK(read.rejections() ==
        "5: sha256: the digest of the empty file\n6: sha256: 64 hex digits were expected\n");
  CHECK(read.report.records == 5);
  CHECK(read.report.entries == 3);
  CHECK(read.report.rejected == 2);
  CHECK(read.report.empty_file == 1);
  CHECK(read.report.sha256 ==
        crypto::sha256_hex(base::read_file(fixture("plain.sha256.txt").path)));
}

TEST_CASE("64 digits are PDQ or SHA-256 by declaration alone") {
  const std::string digits(64, 'a');
  const Written pdq("known.pdq.txt", digits), sha("known.sha256.txt", digits),
      none("known.txt", digits), said("known.txt", digits, "hex", "pdq");
  CHECK(Read(pdq.list).entries[0].pdq);
  CHECK(Read(sha.list).entries[0].exact.size() == 1);
  CHECK(Read(said.list).entries[0].pdq);
  CHECK(holds(refusal(none.list), "78 "));
  CHECK(holds(refusal(none.list), "declared, never guessed"));
  const Written zeros("known.pdq.txt", std::string(64, '0'));
  CHECK(Read(zeros.list).rejections() == "1: pdq: the hash of all zeros names no picture\n");
}

TEST_CASE("lines of md5sum are read in text, binary and escaped form") {
  const Read read(fixture("md5sums"));
  REQUIRE(read.entries.size() == 3);
  CHECK(read.entries[0].id == "a file.jpg");
  CHECK(hex(read.entries[0].exact[0]) == made_up_md5(1));
  CHECK(read.entries[1].id == "b.jpg");
  CHECK(read.entries[2].id == "c\nd\\.jpg");
  CHECK(read.rejections() == "4: 'hex  name' was expected\n5: md5: the digest of the empty file\n");
}

TEST_CASE("tagged lines name their type, and digests that nothing here looks up are counted") {
  const Read read(fixture("tagged.digests", "digests"));
  REQUIRE(read.entries.size() == 3);
  CHECK(read.entries[0].id == "a (1).jpg");
  CHECK(read.entries[1].exact[0].type == HashType::sha256);
  CHECK(read.entries[2].exact[0].type == HashType::sha1);
  CHECK(read.report.unmatchable.at("sha512") == 1);
  CHECK(read.rejections() == "6: 'SHA7' is none of md5, sha1, sha256, pdq\n");
  CHECK(read.report.records == 5);
  const Written untyped("sums.list", made_up_md5(1) + "  a\n", "digests");
  CHECK(holds(Read(untyped.list).rejections(), "type is not declared"));
  const Written named("x.md5", made_up_md5(1) + "  a\n");
  CHECK(Read(named.list).entries.size() == 1);
}

TEST_CASE("hashdeep is read by its own header, and a name may hold commas") {
  const Read read(fixture("audit.hashdeep"));
  REQUIRE(read.entries.size() == 1);
  CHECK(read.entries[0].id == "/made/up/a, b, c.jpg");
  CHECK(read.entries[0].exact.size() == 2);
  CHECK(read.rejections() == "7: md5: the digest of the empty file\n8: 4 fields were expected\n");
  const Written other("x.hashdeep", "size,md5,filename\n");
  CHECK(holds(refusal(other.list), "HASHDEEP-1.0"));
  const Written early("x.hashdeep", "%%%% HASHDEEP-1.0\n%%%% filename,md5\n");
  CHECK(holds(refusal(early.list), "the name last"));
  const Written empty("x.hashdeep", "");
  CHECK(holds(refusal(empty.list), "65 "));
  const Written turned("x.hashdeep",
                       "%%%% HASHDEEP-1.0\n%%%% md5,size,filename\n" + made_up_md5(1) + ",3,a\n");
  CHECK(hex(Read(turned.list).entries.at(0).exact[0]) == made_up_md5(1));
}

TEST_CASE("a CSV of hash, algorithm, category, id is read, and no type is guessed") {
  const Read read(fixture("iwf-like.csv"));
  REQUIRE(read.entries.size() == 3);
  CHECK(read.entries[0].id == "u-1");
  CHECK(read.entries[0].label == "A");
  CHECK(read.entries[1].exact[0].type == HashType::sha1);
  CHECK(read.entries[2].label == "C, \"x\"");
  CHECK(read.entries[2].pdq);
  CHECK(read.report.unmatchable.at("photodna") == 1);
  CHECK(read.rejections() ==
        "6: the hash's type is not declared: name a column 'type', or the type of the list\n"
        "7: 'SHA7' is none of md5, sha1, sha256, pdq\n8: a quote that is not closed\n");
  policy::List some = fixture("iwf-like.csv");
  some.categories = {"B"};
  const Read filtered(some);
  CHECK(filtered.entries.size() == 1);
  CHECK(filtered.report.other_category.at("A") == 2);
}

TEST_CASE("the policy names the columns of a header of other names") {
  policy::List list = fixture("own-columns.csv");
  CHECK(holds(refusal(list), "names no column hash"));
  list.columns = {{policy::ListColumn::hash, "digest"},
                  {policy::ListColumn::type, "Kind"},
                  {policy::ListColumn::id, "Ref"},
                  {policy::ListColumn::label, "Group"}};
  const Read read(list);
  REQUIRE(read.entries.size() == 2);
  CHECK(read.entries[0].id == "r-1");
  CHECK(read.entries[1].label == "A2");
  list.columns[policy::ListColumn::md5] = "absent";
  CHECK(holds(refusal(list), "no column 'absent'"));
  for (const char* text : {"", "\n\n"}) {
    const Written empty("x.csv", text);
    CHECK(holds(refusal(empty.list), "x.csv:1: a header was expected"));
  }
  const Written twice("x.csv", "md5,MD5\n");
  CHECK(holds(refusal(twice.list), "twice"));
}

TEST_CASE("records of hash are read with frames, and a line counts whole or not at all") {
  const Read read(fixture("records.ndjson"));
  REQUIRE(read.entries.size() == 3);
  CHECK(read.entries[0].exact.size() == 3);
  CHECK(read.entries[0].pdq);
  CHECK(read.entries[0].label == "A1");
  CHECK(read.entries[1].id == "b.mp4");
  CHECK(read.entries[1].frames.size() == 2);
  CHECK(read.entries[2].suspended);
  CHECK(read.report.suspended == 1);
  CHECK(read.rejections() ==
        "3: the record holds an error: decode_failed: the picture breaks off\n5: pdq: the hash of "
        "all zeros names no picture\n"
        "6: no JSON\n7: md5: 32 hex digits were expected\n8: two different md5 digests in one "
        "entry\n9: no hash on the line\n");
  const Written twice("x.ndjson", "{\"id\":\"a\",\"x\":1,\"x\":2,\"md5\":\"" + made_up_md5(1) +
                                      "\"}\n[]\n{\"id\":7}\n");
  CHECK(Read(twice.list).rejections() ==
        "1: a member that stands twice\n2: no JSON object\n3: id: a string was expected\n");
}

TEST_CASE("a known-good list keeps exact digests, and never a resemblance") {
  const Read read(known_good(fixture("records.ndjson")));
  REQUIRE(read.entries.size() == 2);
  CHECK_FALSE(read.entries[0].pdq);
  CHECK(read.entries[1].frames.empty());
  CHECK(read.report.unmatchable.at("pdq") == 1);
  CHECK(read.report.unmatchable.at("vpdq") == 1);
  CHECK(holds(read.rejections(), "4: a known-good list holds exact digests"));
}

TEST_CASE("NSRLFile.txt is read in both orders, with names in any encoding, as known-good only") {
  const Read read(known_good(fixture("NSRLFile.txt")));
  REQUIRE(read.entries.size() == 1);
  CHECK(read.entries[0].exact.size() == 2);
  CHECK(read.entries[0].id.empty());
  CHECK(read.rejections() == "3: 8 fields were expected, 7 are there\n");
  const Read old(known_good(fixture("nsrl-old.txt", "nsrl")));
  CHECK(hex(old.entries.at(0).exact[1]) == made_up_md5(1));
  CHECK(holds(refusal(fixture("NSRLFile.txt")), "known-good"));
  CHECK(holds(refusal(known_good(fixture("md5sums", "nsrl"))), "header of NSRLFile.txt"));
}

TEST_CASE("RDS version 3 is read from its table alone, never from a view or a computed column") {
  const Read read(known_good(fixture("rds.db", "nsrl-sqlite")));
  REQUIRE(read.entries.size() == 2);
  CHECK(read.entries[0].exact.size() == 3);
  CHECK(read.rejections() == "2: sha1: 40 hex digits were expected\n");
  CHECK(read.report.sha256 == crypto::sha256_hex(base::read_file(fixture("rds.db").path)));
  CHECK(holds(refusal(known_good(fixture("rds-view.db", "nsrl-sqlite"))), "65 "));
  CHECK(holds(refusal(known_good(fixture("rds-computed.db", "nsrl-sqlite"))),
              "no column sha256, sha1 or md5"));
  CHECK(holds(refusal(known_good(fixture("md5sums", "nsrl-sqlite"))), "65 "));
  CHECK(holds(refusal(fixture("rds.db", "nsrl-sqlite")), "78 "));
}

TEST_CASE("RDS version 3 whose pages name one page over and over is refused") {
  // Two inner pages of 500 children each, which are all the same page, over the one row of a
  // database that SQLite made.
  constexpr std::size_t kPage = 4096, kChildren = 500;
  const Written written("rds.db", "", "nsrl-sqlite");
  std::filesystem::remove(written.list.path);
  {
    sqlite::Database database(written.list.path, sqlite::Database::Mode::create);
    database.run("CREATE TABLE FILE (md5 TEXT)");
    database.run("INSERT INTO FILE VALUES ('" + made_up_md5(1) + "')");
    database.run("PRAGMA journal_mode=DELETE");
  }
  std::string text = base::read_file(written.list.path);
  REQUIRE(text.size() == 2 * kPage);
  const auto inner = [&](std::uint32_t child) {
    std::string page(kPage, '\0');
    const auto put = [&](std::size_t at, std::uint64_t value, int bytes) {
      for (int i = 0; i < bytes; ++i)
        page[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * (bytes - 1 - i)));
    };
    page[0] = 5;
    put(3, kChildren - 1, 2);
    put(5, kPage - 5 * (kChildren - 1), 2);
    put(8, child, 4);
    for (std::size_t i = 0; i + 1 < kChildren; ++i) {
      const std::size_t cell = kPage - 5 * (i + 1);
      put(12 + 2 * i, cell, 2);
      put(cell, child, 4);
      page[cell + 4] = 1;
    }
    return page;
  };
  const std::string leaf = text.substr(kPage);
  text = text.substr(0, kPage) + inner(3) + inner(4) + leaf;
  text[31] = 4;  // pages of the file
  written.put("rds.db", text);
  CHECK(holds(refusal(known_good(written.list)), "more rows than the file has room for"));
}

TEST_CASE(
    "withdrawn entries are suspended by hash or id, and a withdrawal that names nothing is told") {
  policy::List list = fixture("records.ndjson");
  list.withdrawn = fixture("withdrawn.txt").path;
  const Read read(list);
  REQUIRE(read.entries.size() == 3);
  CHECK(read.entries[0].suspended);  // by its md5, though it has other hashes
  CHECK(read.entries[1].suspended);  // by a frame
  CHECK(read.report.suspended == 3);
  CHECK(read.report.withdrawals_unused == 1);
  const Written wrong("withdrawn.txt", "md5 " + made_up_md5(1) + "\n# a word\nmd5 12\n");
  list.withdrawn = wrong.list.path;
  CHECK(holds(refusal(list), "78 "));
  CHECK(holds(refusal(list), "withdrawn.txt:3"));
  wrong.put("withdrawn.txt", "perhaps\n");
  CHECK(holds(refusal(list), "withdrawn.txt:1"));
  list.withdrawn = "/nowhere/withdrawn.txt";
  CHECK(holds(refusal(list), "66 "));
}

TEST_CASE("a list made for another purpose is refused whatever the policy calls it") {
  for (const char* format : {"threatexchange", "vics", "ndjson"}) {
    policy::List list = fixture("stopncii.json", format);
    list.categories = {"1"};
    CHECK(holds(refusal(list), "SC-08 (Art. 3(1)(a)(i))"));
    CHECK(holds(refusal(list), "78 "));
  }
  policy::List list = fixture("md5sums");
  for (const char* source : {"Stop-NCII.org", "GIFCT HSDB", "Tech against Terrorism"}) {
    list.source = source;
    CHECK(holds(refusal(list), "SC-08"));
  }
  list.source = "made up";
  list.purpose = "terrorism";
  CHECK(holds(refusal(list), "the list was made for 'terrorism'"));
}

TEST_CASE("formats and types that are not known are refused, and so is a file that is not there") {
  CHECK(holds(refusal(fixture("updates.json")), "declared, never guessed"));
  CHECK(holds(refusal(fixture("absent.csv")), "66 "));
  policy::List list = fixture("md5sums");
  list.categories = {"1"};
  CHECK(holds(refusal(list), "categories: format digests has none"));
}

TEST_CASE("a line over the limit is rejected, and reading goes on behind it") {
  const std::string good = "{\"id\":\"a\",\"md5\":\"" + made_up_md5(1) + "\"}\n";
  const Written lines("x.ndjson", good + std::string(3u << 20, 'x') + "\n" + good +
                                      std::string((1u << 20) + 1, ' ') + "\n\n" + good);
  const Read read(lines.list);
  REQUIRE(read.entries.size() == 3);
  CHECK(read.entries[1].line == 3);
  CHECK(read.entries[2].line == 6);
  CHECK(read.rejections() == "2: a line over 1048576 bytes\n4: a line over 1048576 bytes\n");
  const Written only("x.md5.txt", std::string(2u << 20, 'a'));
  CHECK(Read(only.list).bad.size() == 1);
}

TEST_CASE("deep JSON on a line is rejected, and ids that are no UTF-8 or too long are") {
  const Written lines("x.ndjson",
                      std::string(10'000, '[') + "\n{\"a\":" + std::string(10'000, '[') +
                          std::string(10'000, ']') + "}\n{\"id\":\"" + std::string(257, 'a') +
                          "\",\"md5\":\"" + made_up_md5(1) + "\"}\n");
  const Read read(lines.list);
  CHECK(read.bad.size() == 3);
  CHECK(holds(read.bad[1].why, "nested deeper than 64 levels"));
  CHECK(read.bad[2].why == "an id or label over 256 bytes");
  const Written csv("x.csv", "id,md5\n\xff," + made_up_md5(1) + "\n");
  CHECK(Read(csv.list).rejections() == "2: an id or label that is no UTF-8\n");
}
