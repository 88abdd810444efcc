#include "policy/list.h"

#include <doctest/doctest.h>

#include "manual.h"

using namespace proviso;
using policy::HashType;
using policy::ListFormat;

namespace {

const std::string kList = "/properties/lists/items/properties";

std::string form_of(const std::string& name) {
  const policy::NamedForm form = policy::form_named_by("some.where/" + name);
  return (form.format ? std::string(policy::to_string(*form.format)) : "undeclared") +
         (form.type ? " " + std::string(policy::to_string(*form.type)) : "");
}

}  // namespace

TEST_CASE("the schema and the manual name the formats of the table, and no others") {
  const std::string page = policy_test::manual("proviso-lists.5");
  const std::string formats = policy_test::part_of(page, "\n.Ss Formats", "\n.El");
  CHECK(policy_test::items_of(formats) == base::words_of(policy::kListFormats));
  CHECK(policy_test::choices(kList + "/format/enum") == base::words_of(policy::kListFormats));
}

TEST_CASE("the schema and the manual name the types and columns of the tables") {
  CHECK(policy_test::choices(kList + "/type/enum") == base::words_of(policy::kListTypes));
  CHECK(policy_test::choices(kList + "/columns/propertyNames/enum") ==
        base::words_of(policy::kListColumns));
  const std::string page = policy_test::manual("proviso-lists.5");
  const std::string csv = policy_test::part_of(page, "\n.It Li csv", "\n.It Li ndjson");
  for (const policy::ListColumnRow& row : policy::kListColumns) {
    CAPTURE(std::string(row.word));
    CHECK(policy_test::names(csv, row.word));
    if (!row.also.empty()) CHECK(policy_test::names(csv, row.also));
  }
  const std::string keys = policy_test::part_of(page, "\n.It Li format , type", "\n.It Li columns");
  for (const auto& row : policy::kListTypes) CHECK(policy_test::names(keys, row.word));
}

TEST_CASE("the schema and the manual name the purposes of a list that are not refused") {
  const auto described = json::parse(policy::schema(), "schema")
                             .at(json::Json::json_pointer(kList + "/purpose/description"))
                             .get<std::string>();
  const std::string refused = policy_test::part_of(policy_test::manual("proviso-lists.5"),
                                                   "\n.Ss What is refused", "\n.El");
  for (const auto& row : policy::kListPurposes) {
    CAPTURE(std::string(row.word));
    CHECK(policy_test::names(described, row.word));
    CHECK(policy_test::names(refused, row.word));
  }
}

TEST_CASE("a list was made for one of two purposes, or for another") {
  CHECK(policy::list_purpose("known-csam") == policy::ListPurpose::known_csam);
  CHECK(policy::list_purpose("known-good") == policy::ListPurpose::known_good);
  for (const std::string_view word : {"", "csam", "Known-csam", "terrorism", "known_good"})
    CHECK(policy::list_purpose(word) == policy::ListPurpose::other);
  policy::List list;
  CHECK(list.made_for() == policy::ListPurpose::other);
  list.purpose = "known-good";
  CHECK(list.made_for() == policy::ListPurpose::known_good);
}

TEST_CASE("each format has its row") {
  for (const policy::ListFormatRow& row : policy::kListFormats) {
    CAPTURE(std::string(row.word));
    CHECK(policy::row_of(row.value).word == row.word);
    CHECK(policy::to_string(row.value) == row.word);
  }
  CHECK(policy::row_of(ListFormat::nsrl_sqlite).known_good_only);
  CHECK(policy::row_of(ListFormat::vics).has_categories);
  CHECK_FALSE(policy::row_of(ListFormat::hex).has_categories);
}

TEST_CASE("a file's name says how it is read, in letters of any size") {
  const std::pair<const char*, const char*> names[] = {{"known.pdq.txt", "hex pdq"},
                                                       {"known.txt", "hex"},
                                                       {"known", "hex"},
                                                       {"known.vpdq.txt", "hex"},
                                                       {"KNOWN.SHA256", "digests sha256"},
                                                       {"known.sha1.md5", "digests md5"},
                                                       {"SHA256SUMS.txt", "digests sha256"},
                                                       {"md5sum", "digests md5"},
                                                       {"sha1sums", "digests sha1"},
                                                       {"md5sums.old", "hex"},
                                                       {"my-md5sums", "hex"},
                                                       {"x.hashdeep", "hashdeep"},
                                                       {"x.md5.csv", "csv md5"},
                                                       {".csv", "hex"},
                                                       {"x.ndjson", "ndjson"},
                                                       {"x.jsonl", "ndjson"},
                                                       {"Case.VICS.json", "vics"},
                                                       {"x.xml", "ncmec"},
                                                       {"NSRLFile.txt", "nsrl"},
                                                       {"old-NSRLFile.txt", "hex"},
                                                       {"x.json", "undeclared"},
                                                       {"x.pdq.json", "undeclared pdq"},
                                                       {"x.db", "undeclared"},
                                                       {"x.sqlite", "undeclared"}};
  for (const auto& each : names) {
    CAPTURE(each.first);
    CHECK(form_of(each.first) == each.second);
  }
}
