#include "index/merge.h"

#include <doctest/doctest.h>

#include "base/file.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::test;

namespace {

const std::string kA(32, 'a'), kB(32, 'b'), kC(32, 'c');

policy::List edition(const std::string& verified_by, const std::string& date,
                     const std::string& source = "a made-up source") {
  policy::List list = about();
  list.verified_by = verified_by;
  list.source = source;
  list.date = base::parse_date(date);
  return list;
}

// One index of these, each built on its own first.
index::Index merged(const Temporary& dir, const std::vector<std::vector<MadeList>>& parts) {
  std::vector<index::Index> indexes;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto path = dir.path / ("part-" + std::to_string(i));
    make_index(path, parts[i]);
    indexes.push_back(open_index(path));
  }
  index::BuildSettings settings;
  settings.memory = 1u << 20;
  index::merge(dir.path / "merged", indexes, nullptr, the_law(), settings);
  return open_index(dir.path / "merged");
}

std::vector<index::Hit> find(const index::Index& index, const std::string& md5) {
  std::vector<index::Hit> hits;
  index.find_exact(digest::Type::md5, *base::from_hex(md5), {}, hits);
  return hits;
}

index::ListEntry video(const std::string& id, const std::vector<pdq::Hash>& frames,
                       bool suspended = false) {
  index::ListEntry entry;
  entry.id = id;
  entry.frames = frames;
  entry.suspended = suspended;
  return entry;
}

// The verified_by of a merge of these editions.
std::string verified(const std::vector<policy::List>& editions) {
  Temporary dir;
  std::vector<std::vector<MadeList>> parts;
  for (const auto& each : editions)
    parts.push_back({{each, {file("a", index::HashType::md5, kA)}}});
  return merged(dir, parts).sections().at(0).verified_by;
}

}  // namespace

TEST_CASE("a merge has the entries of all, and lists of one name are one") {
  Temporary dir;
  const auto index = merged(
      dir,
      {{{about("one"), {file("a", index::HashType::md5, kA), file("b", index::HashType::md5, kB)}}},
       {{about("one"), {file("b", index::HashType::md5, kB), file("c", index::HashType::md5, kC)}},
        {about("two"), {file("z", index::HashType::md5, kA)}}}});
  REQUIRE(index.sections().size() == 2);
  CHECK(index.sections()[0].list == "one");
  CHECK(index.sections()[0].entries == 3);
  CHECK(index.sections()[1].entries == 1);
  CHECK(find(index, kA).size() == 2);
  CHECK(find(index, kB).size() == 1);
  CHECK(find(index, kC).at(0).entry == "c");
  CHECK_FALSE(index.verify().has_value());
}

TEST_CASE("an entry that one index suspends is suspended in the merge, whichever comes first") {
  Temporary dir;
  auto out = file("a", index::HashType::md5, kA);
  out.suspended = true;
  const std::vector<MadeList> with{{about(), {out}}};
  const std::vector<MadeList> without{{about(), {file("a", index::HashType::md5, kA)}}};
  for (const auto& parts : {std::vector{with, without}, std::vector{without, with}}) {
    const auto hits = find(merged(dir, parts), kA);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].suspended);
  }
}

TEST_CASE("a video that one index suspends is one video in the merge, and suspended") {
  Temporary dir;
  std::mt19937_64 random(1);
  const std::vector<pdq::Hash> frames{random_hash(random), random_hash(random)};
  const std::vector<MadeList> with{{about(), {video("v", frames, true)}}};
  const std::vector<MadeList> without{{about(), {video("v", frames)}}};
  for (const auto& parts : {std::vector{with, without}, std::vector{without, with}}) {
    const auto index = merged(dir, parts);
    std::vector<index::VideoHit> hits;
    index.find_vpdq(frames, 0, {}, hits);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].suspended);
    CHECK(index.sections()[0].videos == 1);
  }
}

TEST_CASE("a video under another id with the very frames of a suspended one is suspended too") {
  Temporary dir;
  std::mt19937_64 random(2);
  const std::vector<pdq::Hash> frames{random_hash(random), random_hash(random)};
  const auto index =
      merged(dir, {{{about(), {video("v", frames)}}},
                   {{about(), {video("w", frames, true), video("x", {frames[0]})}}}});
  std::vector<index::VideoHit> hits;
  index.find_vpdq(frames, 0, {}, hits);
  REQUIRE(hits.size() == 3);
  for (const auto& hit : hits) CHECK(hit.suspended == (hit.entry != "x"));
}

TEST_CASE("equal videos are one, and those that differ in a frame stay two") {
  Temporary dir;
  std::mt19937_64 random(3);
  const std::vector<pdq::Hash> frames{random_hash(random), random_hash(random)};
  const auto index = merged(dir, {{{about(), {video("v", frames)}}},
                                  {{about(), {video("v", frames), video("v", {frames[0]})}}}});
  CHECK(index.sections()[0].videos == 2);
}

TEST_CASE("lists of one name that were made for different purposes are refused") {
  Temporary dir;
  policy::List good = about();
  good.purpose = "known-good";
  const auto entry = file("a", index::HashType::md5, kA);
  try {
    merged(dir, {{{about(), {entry}}}, {{good, {entry}}}});
    FAIL("merged");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::data);
    CHECK(std::string(error.what())
              .find("the list known was made for 'known-csam' in one index and for 'known-good' in "
                    "another") != std::string::npos);
  }
}

TEST_CASE(
    "a merged list is verified only when every edition is, by the same body, however new the one "
    "is that says so") {
  CHECK(verified({edition("x", "2026-01-01"), edition("x", "2026-02-01")}) == "x");
  CHECK(verified({edition("x", "2026-01-01"), edition("", "2026-02-01")}) == "");
  CHECK(verified({edition("", "2026-01-01"), edition("x", "2026-02-01")}) == "");
  CHECK(verified({edition("y", "2026-01-01"), edition("x", "2026-02-01")}) == "");
  CHECK(verified({edition("x", "2026-01-01"), edition("", "2026-01-01"),
                  edition("x", "2026-03-01")}) == "");
}

TEST_CASE("the newest edition tells what the merged list is") {
  Temporary dir;
  const auto entry = file("a", index::HashType::md5, kA);
  const auto index = merged(dir, {{{edition("x", "2026-01-01", "old"), {entry}}},
                                  {{edition("x", "2026-03-01", "new"), {entry}}},
                                  {{edition("x", "2026-02-01", "middle"), {entry}}}});
  CHECK(index.sections()[0].source == "new");
  CHECK(index.sections()[0].date == "2026-03-01");
}

TEST_CASE("a merge of one index has the very same bytes") {
  Temporary dir;
  std::mt19937_64 random(4);
  auto entries = pictures(made_hashes(200, random));
  entries[3].suspended = true;
  entries[4].label = "A1";
  entries[5].id.clear();
  entries[5].line = 77;
  entries.push_back(file("f", index::HashType::sha1, std::string(40, '1')));
  entries.push_back(video("v", {random_hash(random), random_hash(random)}));
  merged(dir, {{{about(), entries}, {about("empty"), {}}}});
  CHECK(base::read_file(dir.path / "part-0") == base::read_file(dir.path / "merged"));
}

TEST_CASE("the digests of the lists' files are joined, each once") {
  Temporary dir;
  std::vector<index::Index> indexes;
  for (const std::string sha : {"bb", "aa", "bb"}) {
    const auto path = dir.path / ("of-" + std::to_string(indexes.size()));
    index::BuildSettings settings;
    settings.memory = 1u << 20;
    index::Builder builder(path, {about()}, the_law(), settings);
    builder.add("known", file("a", index::HashType::md5, kA));
    builder.made_from("known", sha);
    builder.write(nullptr);
    indexes.push_back(open_index(path));
  }
  index::merge(dir.path / "merged", indexes, nullptr, the_law(), {1u << 20, 1, false});
  CHECK(open_index(dir.path / "merged").sections()[0].file_sha256 == "aa+bb");
}
