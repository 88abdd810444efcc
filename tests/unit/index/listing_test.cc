#include "index/listing.h"

#include <doctest/doctest.h>

#include <sstream>

#include "base/file.h"
#include "index/index_diff.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::test;

namespace {

std::string listed(const index::Index& index, index::ListingForm form,
                   const std::vector<std::string>& lists = {},
                   std::optional<index::HashType> type = {}) {
  std::string text;
  index::write_listing(index, form, lists, type,
                       [&](std::string_view line) { text += std::string(line) + '\n'; });
  return text;
}

// The index of that text, read as a list.
index::Index rebuilt(const Temporary& dir, const std::string& name, const std::string& text) {
  policy::List list = about("known", dir.path / name);
  base::write_file_atomically(list.path, text);
  index::BuildSettings settings;
  settings.memory = 1u << 20;
  settings.strict = true;
  index::build(dir.path / (name + ".pvx"), {list}, nullptr, the_law(), settings);
  return open_index(dir.path / (name + ".pvx"));
}

// Every entry in a line of its own, without the number of its line where it has no id.
std::string entries_of(const index::Index& index) {
  std::string text;
  for (std::uint32_t section = 0; section < index.sections().size(); ++section) {
    index.for_each(section, [&](const index::StoredEntry& entry) {
      text += std::string(index::to_string(index.sections()[section].type)) + "|" +
              base::to_hex(entry.hash) + "|";
      for (const auto& frame : entry.frames) text += pdq::to_hex(frame) + ",";
      text += "|" + std::string(entry.id) + "|" + std::string(entry.label) +
              (entry.suspended ? "|suspended\n" : "|\n");
    });
  }
  return text;
}

std::vector<index::ListEntry> odd_entries(bool with_line_breaks) {
  std::mt19937_64 random(1);
  auto entries = pictures(made_hashes(30, random));
  entries[0].label = "a, b";
  entries[1].label = "\"quoted\"";
  entries[2].id = "x,\"y\",z";
  entries[3].id.clear();
  entries[4].suspended = true;
  entries[5].label = "ß \xe2\x82\xac";
  entries[6].label = "\"";
  if (with_line_breaks) {
    entries[7].label = "two\nlines";
    entries[8].id = "carriage\r\nreturn";
    entries[9].label = " blanks ";
    entries[10].id = std::string("nul\0inside", 10);
  }
  entries.push_back(file("f", index::HashType::md5, std::string(32, '1')));
  entries.push_back(file("", index::HashType::sha1, std::string(40, '2')));
  auto all = file("all", index::HashType::sha256, std::string(64, '3'));
  all.exact.push_back(file("", index::HashType::md5, std::string(32, '4')).exact[0]);
  all.suspended = true;
  entries.push_back(all);
  return entries;
}

index::ListEntry video(const std::string& id, std::mt19937_64& random) {
  index::ListEntry entry;
  entry.id = id;
  entry.frames = {random_hash(random), random_hash(random), random_hash(random)};
  return entry;
}

}  // namespace

TEST_CASE(
    "an index as NDJSON reads back as the same entries, videos, line breaks and suspension with "
    "it") {
  Temporary dir;
  std::mt19937_64 random(2);
  auto entries = odd_entries(true);
  entries.push_back(video("v", random));
  entries.push_back(video("", random));
  entries.back().suspended = true;
  make_index(dir.path / "i.pvx", {{about(), entries}});
  const auto index = open_index(dir.path / "i.pvx");
  const auto again = rebuilt(dir, "known.ndjson", listed(index, index::ListingForm::ndjson));
  CHECK(entries_of(again) == entries_of(index));
  CHECK(listed(again, index::ListingForm::ndjson) == listed(index, index::ListingForm::ndjson));
}

TEST_CASE("an index as CSV reads back as the same entries, commas and quotes with it") {
  Temporary dir;
  make_index(dir.path / "i.pvx", {{about(), odd_entries(false)}});
  const auto index = open_index(dir.path / "i.pvx");
  const auto again = rebuilt(dir, "known.csv", listed(index, index::ListingForm::csv));
  CHECK(entries_of(again) == entries_of(index));
  CHECK(listed(again, index::ListingForm::csv) == listed(index, index::ListingForm::csv));
}

TEST_CASE("CSV refuses what its reader would not give back: line breaks, and blanks at the ends") {
  Temporary dir;
  for (const std::string& word : {std::string("two\nlines"), std::string("carriage\rreturn"),
                                  std::string(" blank"), std::string("tab\t")}) {
    for (const bool as_id : {true, false}) {
      auto entry = file("a", index::HashType::md5, std::string(32, '1'));
      (as_id ? entry.id : entry.label) = word;
      make_index(dir.path / "i.pvx", {{about(), {entry}}});
      try {
        listed(open_index(dir.path / "i.pvx"), index::ListingForm::csv);
        FAIL("listed");
      } catch (const base::Error& error) {
        CHECK(error.code() == base::ExitCode::data);
        CHECK(std::string(error.what()).find("csv has no") != std::string::npos);
      }
    }
  }
}

TEST_CASE("an index without entries lists nothing but the header") {
  Temporary dir;
  make_index(dir.path / "i.pvx", {{about(), {}}});
  const auto index = open_index(dir.path / "i.pvx");
  CHECK(listed(index, index::ListingForm::ndjson).empty());
  CHECK(listed(index, index::ListingForm::csv) == "list,type,hash,id,label,suspended\n");
}

TEST_CASE("only the lists and the type that were asked for are listed") {
  Temporary dir;
  make_index(dir.path / "i.pvx",
             {{about("a"),
               {file("1", index::HashType::md5, std::string(32, '1')),
                file("2", index::HashType::sha1, std::string(40, '2'))}},
              {about("b"), {file("3", index::HashType::md5, std::string(32, '3'))}}});
  const auto index = open_index(dir.path / "i.pvx");
  CHECK(listed(index, index::ListingForm::csv, {"b"}) ==
        "list,type,hash,id,label,suspended\nb,md5," + std::string(32, '3') + ",3,,false\n");
  CHECK(listed(index, index::ListingForm::csv, {"a"}, index::HashType::sha1) ==
        "list,type,hash,id,label,suspended\na,sha1," + std::string(40, '2') + ",2,,false\n");
}

TEST_CASE("hex has no suspended entries, and no known-good list that was not named") {
  Temporary dir;
  auto out = file("out", index::HashType::md5, std::string(32, '1'));
  out.suspended = true;
  policy::List good = about("good");
  good.purpose = "known-good";
  make_index(dir.path / "i.pvx",
             {{about("a"), {out, file("in", index::HashType::md5, std::string(32, '2'))}},
              {good, {file("g", index::HashType::md5, std::string(32, '3'))}}});
  const auto index = open_index(dir.path / "i.pvx");
  std::string text;
  const auto take = [&](std::string_view line) { text += std::string(line) + '\n'; };
  const auto left_out =
      index::write_listing(index, index::ListingForm::hex, {}, index::HashType::md5, take);
  CHECK(text == std::string(32, '2') + "\n");
  CHECK(left_out.suspended == 1);
  CHECK(left_out.known_good == 1);
  CHECK(listed(index, index::ListingForm::hex, {"good"}, index::HashType::md5) ==
        std::string(32, '3') + "\n");
}

TEST_CASE("hex is of one type and reads back by it") {
  Temporary dir;
  std::mt19937_64 random(5);
  const auto hashes = made_hashes(20, random);
  auto entries = pictures(hashes);
  entries.push_back(file("f", index::HashType::sha256, std::string(64, '3')));
  entries.push_back(video("v", random));
  make_index(dir.path / "i.pvx", {{about(), entries}});
  const auto index = open_index(dir.path / "i.pvx");
  const std::string text = listed(index, index::ListingForm::hex, {}, index::HashType::pdq);
  const auto again = rebuilt(dir, "known.pdq.txt", text);
  REQUIRE(again.sections().size() == 1);
  CHECK(again.sections()[0].type == index::HashType::pdq);
  CHECK(listed(again, index::ListingForm::hex, {}, index::HashType::pdq) == text);
  CHECK(listed(index, index::ListingForm::hex, {}, index::HashType::sha256) ==
        std::string(64, '3') + "\n");
  for (const std::optional<index::HashType> type :
       {std::optional<index::HashType>(), std::optional(index::HashType::vpdq)}) {
    try {
      listed(index, index::ListingForm::hex, {}, type);
      FAIL("listed");
    } catch (const base::Error& error) {
      CHECK(error.code() == base::ExitCode::usage);
    }
  }
}
