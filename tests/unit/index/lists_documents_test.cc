// Lists that are one document: VICS, NCMEC, ThreatExchange.
#include <doctest/doctest.h>

#include "index/lists/latest.h"
#include "list_reading.h"

using namespace proviso;
using namespace proviso::list_test;
using index::HashType;

namespace {

policy::List vics(const std::string& name, std::vector<std::string> categories = {"1", "2"}) {
  policy::List list = fixture(name);
  list.categories = std::move(categories);
  return list;
}

}  // namespace

TEST_CASE("a VICS case is read with its byte order mark, by the categories that the policy takes") {
  const Read read(vics("case.vics.json"));
  REQUIRE(read.entries.size() == 2);
  CHECK(read.entries[0].id == "1");
  CHECK(read.entries[0].label == "category 1");
  CHECK(read.entries[0].exact.size() == 2);
  CHECK(hex(read.entries[0].exact[0]) == made_up_md5(1));
  CHECK(read.entries[1].label == "category 2");
  CHECK(read.report.other_category.at("0") == 1);
  CHECK(read.report.other_category.at("none") == 1);
  CHECK(read.report.unmatchable.at("photodna") == 2);
  CHECK(read.rejections() ==
        "5: md5: the digest of the empty file\n7: md5: 32 hex digits were expected\n");
  CHECK(read.report.records == 7);
}

TEST_CASE("a VICS hash set has its media directly, and other hashes in an array") {
  const Read read(vics("set.vics.json", {"1"}));
  REQUIRE(read.entries.size() == 1);
  CHECK(read.entries[0].exact.size() == 2);
  CHECK(read.entries[0].exact[1].type == HashType::sha256);
  CHECK(read.report.unmatchable.at("photodna") == 1);
  CHECK(read.report.other_category.at("5") == 1);
}

TEST_CASE("VICS without categories in the policy is refused, with a hint") {
  CHECK(holds(refusal(vics("case.vics.json", {})), "78 "));
  CHECK(holds(refusal(vics("case.vics.json", {})), "differs by country"));
  const Written other("x.json", "{\"data\":[]}", "vics");
  policy::List list = other.list;
  list.categories = {"1"};
  CHECK(holds(refusal(list), "no array 'value'"));
}

TEST_CASE("of an NCMEC page the newest state of each member's entry counts, in any order") {
  const Read read(fixture("page.ncmec.xml"));
  REQUIRE(read.entries.size() == 4);
  CHECK(read.entries[0].id == "42/i1");
  CHECK(read.entries[0].label == "A2");
  CHECK(hex(read.entries[0].exact[0]) == made_up_md5(2));
  CHECK(read.entries[0].affirmative == 2);
  CHECK(read.entries[0].negative == 1);
  CHECK(read.entries[1].id == "43/i2");  // another member's i2: not the one that was deleted
  CHECK(read.entries[1].pdq);
  CHECK(read.entries[2].id == "43/i5");  // newer than its tombstone
  CHECK(read.entries[3].id == "42/v1");
  CHECK(read.report.superseded == 1);
  CHECK(read.report.deleted == 3);  // two tombstones, and the entry that one takes out
  CHECK(read.report.unmatchable.at("photodna") == 1);
  CHECK(read.report.unmatchable.at("tmk-pdqf") == 1);
  CHECK(read.report.unmatchable.at("videntifier") == 1);
  CHECK(read.bad.size() == 1);
  CHECK(holds(read.bad[0].why, "timestamp"));
  CHECK(read.report.records == 9);
}

TEST_CASE("a tombstone of a later NCMEC page takes an entry of an earlier one") {
  const Read read(fixture("pages.ncmec.xml"));
  REQUIRE(read.entries.size() == 3);
  CHECK(read.entries[2].id == "42/v1");
  CHECK(read.report.deleted == 5);
  policy::List some = fixture("page.ncmec.xml");
  some.categories = {"B1"};
  CHECK(Read(some).entries.size() == 1);
}

TEST_CASE("XML with a document type, of another kind or nested without end is refused") {
  CHECK(holds(refusal(fixture("laughs.ncmec.xml")), "65 "));
  const Written other("x.xml", "<queryResult xmlns='https://example.org/'/>");
  CHECK(holds(refusal(other.list), "hash sharing version 2 was expected"));
  std::string deep = "<queryResult xmlns='https://hashsharing.ncmec.org/hashsharing/v2'>";
  for (int i = 0; i < 10'000; ++i) deep += "<a>";
  const Written nested("x.xml", deep);
  CHECK(holds(refusal(nested.list), "65 "));
  const Written entity(
      "x.xml",
      "<queryResult "
      "xmlns='https://hashsharing.ncmec.org/hashsharing/v2'><images>&x;</images></queryResult>");
  CHECK(holds(refusal(entity.list), "65 "));
  const Written local("x.xml",
                      "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><queryResult "
                      "xmlns='https://hashsharing.ncmec.org/hashsharing/v2'/>");
  CHECK(holds(refusal(local.list), "document type"));
  const Written foreign(
      "x.xml",
      "<pages><queryResult "
      "xmlns='https://hashsharing.ncmec.org/hashsharing/v2'/><queryResult><image/></queryResult>"
      "</pages>");
  CHECK(holds(refusal(foreign.list), "hash sharing version 2 was expected"));
  const Written no_page("x.xml", "<pages/>");
  CHECK(holds(refusal(no_page.list), "hash sharing version 2 was expected"));
  const Written empty("x.xml", "");
  CHECK(holds(refusal(empty.list), "65 "));
}

TEST_CASE("ThreatExchange updates read the same as an object, an array and lines") {
  for (const char* name : {"updates.json", "updates-array.json", "updates-lines.json"}) {
    CAPTURE(name);
    const Read read(fixture(name, "threatexchange"));
    REQUIRE(read.entries.size() == 2);
    CHECK(read.entries[0].id == "t1");
    CHECK(read.entries[0].pdq);
    CHECK(read.entries[0].label == "csam known");
    CHECK(read.entries[1].id == "t3");
    CHECK(hex(read.entries[1].exact[0]) == made_up_md5(3));
    CHECK(read.entries[1].affirmative == 1);
    CHECK(read.entries[1].negative == 1);
    CHECK(read.report.superseded == 1);
    CHECK(read.report.deleted == 2);
    CHECK(read.report.other_category.at("NON_MALICIOUS") == 1);
    CHECK(read.report.unmatchable.at("tmk-pdqf") == 1);
    CHECK(read.rejections() == "8: sha256: 64 hex digits were expected\n");
    CHECK(read.report.records == 8);
  }
  policy::List all = fixture("updates.json", "threatexchange");
  all.categories = {"MALICIOUS", "NON_MALICIOUS"};
  CHECK(Read(all).entries.size() == 3);
}

TEST_CASE("a tombstone that cannot be read in full takes its entry out all the same") {
  const std::string indicator =
      "\"type\":\"HASH_MD5\",\"status\":\"MALICIOUS\",\"indicator\":\"" + made_up_md5(1) + "\"}\n";
  for (const char* rest : {"\"last_updated\":9,\"indicator\":null",
                           "\"last_updated\":9,\"type\":7,\"descriptors\":[1]",
                           "\"last_updated\":\"no time\"", "\"indicator\":\"no hash\""}) {
    CAPTURE(rest);
    const Written written("x.json",
                          "{\"id\":\"a\",\"last_updated\":5," + indicator +
                              "{\"id\":\"a\",\"should_delete\":true," + rest + "}\n" +
                              "{\"id\":\"b\",\"last_updated\":5," + indicator,
                          "threatexchange");
    const Read read(written.list);
    REQUIRE(read.entries.size() == 1);
    CHECK(read.entries[0].id == "b");
    CHECK(read.report.deleted == 2);
    CHECK(read.report.rejected == 0);
  }
  const auto record = [](const std::string& name, const std::string& id, const std::string& time) {
    return "<" + name + "><member id='1'/><id>" + id + "</id>" + time + "<fingerprints><md5>" +
           made_up_md5(1) + "</md5></fingerprints></" + name + ">";
  };
  const std::string time = "<timestamp>2026-03-01T00:00:00Z</timestamp>";
  for (const char* flawed : {"<timestamp>no time</timestamp>", "<timestamp/>", ""}) {
    const Written written("x.xml",
                          "<queryResult xmlns='https://hashsharing.ncmec.org/hashsharing/v2'>" +
                              record("deletedImage", "a", flawed) + record("image", "a", time) +
                              record("image", "b", time) + "</queryResult>");
    const Read read(written.list);
    REQUIRE(read.entries.size() == 1);
    CHECK(read.entries[0].id == "1/b");
    CHECK(read.report.deleted == 2);
  }
}

TEST_CASE("records that cannot be read count among those that there can be") {
  index::lists::Latest latest;
  for (std::size_t i = 0; i < index::lists::Latest::kMaxRecords; ++i) latest.add_flawed("x.xml");
  CHECK_THROWS_AS(latest.add_flawed("x.xml"), base::Error);
  CHECK_THROWS_AS(latest.add("a", 1, false, "x.xml"), base::Error);
}

TEST_CASE("signal lines name their type or take the declared one") {
  const Read typed(fixture("signals.txt", "threatexchange-lines", "md5"));
  CHECK(typed.entries.size() == 3);
  CHECK(typed.report.unmatchable.at("text") == 1);
  CHECK(typed.rejections() == "5: 'nothing' is no signal that is known\n");
  const Read bare(fixture("signals.txt", "threatexchange-lines"));
  CHECK(bare.entries.size() == 2);
  CHECK(holds(bare.rejections(), "4: the signal's type is not declared"));
}

TEST_CASE("a document that breaks off anywhere is refused as a whole") {
  for (policy::List list :
       {vics("case.vics.json"), vics("set.vics.json"), fixture("updates.json", "threatexchange"),
        fixture("updates-array.json", "threatexchange"), fixture("page.ncmec.xml")}) {
    std::string text = base::read_file(list.path);
    while (text.back() == '\n') text.pop_back();
    const std::string name = list.path.filename().string();
    for (std::size_t size = 0; size < text.size(); size += 1 + text.size() / 97) {
      const Written cut(name, text.substr(0, size));
      list.path = cut.list.path;
      CAPTURE(name);
      CAPTURE(size);
      CHECK(holds(refusal(list), "65 "));
    }
  }
}

TEST_CASE("JSON nested ten thousand deep is refused, and so is a value without end") {
  policy::List list = vics("case.vics.json");
  const Written deep("x.json", "{\"value\":" + std::string(10'000, '['), "vics");
  list.path = deep.list.path;
  list.format = policy::ListFormat::vics;
  CHECK(holds(refusal(list), "nested deeper than 64 levels"));
  const Written endless("x.json", "{\"value\":[{\"MD5\":\"" + std::string(2u << 20, 'a') + "\"}]}",
                        "vics");
  list.path = endless.list.path;
  CHECK(holds(refusal(list), "a value over 1048576 bytes"));
}

TEST_CASE("a record that is too large is rejected alone") {
  std::string large =
      "{\"MediaID\":1,\"Category\":1,\"MD5\":\"" + made_up_md5(1) + "\",\"Exifs\":[0";
  for (int i = 0; i < 40'000; ++i) large += ",0";
  const Written written("x.json",
                        "{\"value\":[" + large + "]},{\"MediaID\":2,\"Category\":1,\"MD5\":\"" +
                            made_up_md5(2) + "\"}]}",
                        "vics");
  policy::List list = written.list;
  list.categories = {"1"};
  const Read read(list);
  CHECK(read.rejections() == "1: a record over 1048576 bytes\n");
  REQUIRE(read.entries.size() == 1);
  CHECK(read.entries[0].id == "2");
}
