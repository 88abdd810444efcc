#include "index/index_diff.h"

#include <doctest/doctest.h>

#include "workplace.h"

using namespace proviso;
using namespace proviso::test;

namespace {

const std::string kA(32, 'a'), kB(32, 'b'), kC(32, 'c');

index::ListEntry video(const std::string& id, const std::vector<pdq::Hash>& frames) {
  index::ListEntry entry;
  entry.id = id;
  entry.frames = frames;
  return entry;
}

struct Told {
  std::vector<index::SectionDiff> sections;
  std::vector<index::Change> changes;
};

Told diff(const Temporary& dir, const std::vector<MadeList>& before,
          const std::vector<MadeList>& after) {
  make_index(dir.path / "before.pvx", before);
  make_index(dir.path / "after.pvx", after);
  Told told;
  told.sections =
      index::diff(open_index(dir.path / "before.pvx"), open_index(dir.path / "after.pvx"),
                  [&](const index::Change& change) { told.changes.push_back(change); });
  return told;
}

// "list type before>after +added -removed ~changed =kept" of each section.
std::string sums(const Told& told) {
  std::string out;
  for (const auto& each : told.sections) {
    out += each.list + " " + std::string(index::to_string(each.type)) + " " +
           std::to_string(each.before) + ">" + std::to_string(each.after) + " +" +
           std::to_string(each.added) + " -" + std::to_string(each.removed) + " ~" +
           std::to_string(each.changed) + " =" + std::to_string(each.kept) + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("equal indexes differ in nothing") {
  Temporary dir;
  std::mt19937_64 random(1);
  auto entries = pictures(made_hashes(50, random));
  entries.push_back(file("f", index::HashType::sha256, std::string(64, '1')));
  entries.push_back(video("v", {random_hash(random), random_hash(random)}));
  const auto told = diff(dir, {{about(), entries}}, {{about(), entries}});
  CHECK(told.changes.empty());
  CHECK(sums(told) ==
        "known sha256 1>1 +0 -0 ~0 =1\nknown pdq 50>50 +0 -0 ~0 =50\nknown vpdq 1>1 +0 -0 ~0 =1\n");
}

TEST_CASE("entries that came, went and stayed are told apart by their hash") {
  Temporary dir;
  const auto told = diff(
      dir, {{about(), {file("a", index::HashType::md5, kA), file("b", index::HashType::md5, kB)}}},
      {{about(), {file("b", index::HashType::md5, kB), file("c", index::HashType::md5, kC)}}});
  CHECK(sums(told) == "known md5 2>2 +1 -1 ~0 =1\n");
  REQUIRE(told.changes.size() == 2);
  CHECK(told.changes[0].kind == index::Change::Kind::removed);
  CHECK(told.changes[0].hash == kA);
  CHECK(told.changes[0].old_entry == "a");
  CHECK(told.changes[0].entry.empty());
  CHECK(told.changes[1].kind == index::Change::Kind::added);
  CHECK(told.changes[1].hash == kC);
  CHECK(told.changes[1].entry == "c");
}

TEST_CASE(
    "another id, another label or another suspension of the same hash is a change, with both "
    "states") {
  Temporary dir;
  auto before = file("a", index::HashType::md5, kA);
  before.label = "A1";
  auto after = before;
  SUBCASE("id") { after.id = "b"; }
  SUBCASE("label") { after.label = "A2"; }
  SUBCASE("suspension") { after.suspended = true; }
  const auto told = diff(dir, {{about(), {before}}}, {{about(), {after}}});
  CHECK(sums(told) == "known md5 1>1 +0 -0 ~1 =0\n");
  REQUIRE(told.changes.size() == 1);
  const index::Change& change = told.changes[0];
  CHECK(index::to_string(change.kind) == "changed");
  CHECK(change.hash == kA);
  CHECK(change.old_entry == "a");
  CHECK(change.old_label == "A1");
  CHECK_FALSE(change.was_suspended);
  CHECK(change.entry == after.id);
  CHECK(change.label == after.label);
  CHECK(change.suspended == after.suspended);
}

TEST_CASE("an entry without an id that stands on another line now is kept") {
  Temporary dir;
  std::mt19937_64 random(5);
  auto hash = file("", index::HashType::md5, kA);
  auto clip = video("", {random_hash(random)});
  hash.line = clip.line = 1;
  std::vector<index::ListEntry> before{hash, clip};
  hash.line = clip.line = 2;
  CHECK(sums(diff(dir, {{about(), before}}, {{about(), {hash, clip}}})) ==
        "known md5 1>1 +0 -0 ~0 =1\nknown vpdq 1>1 +0 -0 ~0 =1\n");
}

TEST_CASE("a list or a type that only one index has is all added or all removed") {
  Temporary dir;
  std::mt19937_64 random(2);
  const auto told = diff(
      dir,
      {{about("gone"), {file("a", index::HashType::md5, kA)}},
       {about("stays"), {file("b", index::HashType::md5, kB)}}},
      {{about("new"), {picture("p", random_hash(random))}},
       {about("stays"), {file("b", index::HashType::md5, kB), picture("q", random_hash(random))}}});
  CHECK(sums(told) ==
        "gone md5 1>0 +0 -1 ~0 =0\nnew pdq 0>1 +1 -0 ~0 =0\nstays md5 1>1 +0 -0 ~0 =1\nstays pdq "
        "0>1 +1 -0 ~0 =0\n");
}

TEST_CASE("the same hash in two lists is two entries, each compared with its own list") {
  Temporary dir;
  const auto entry = file("a", index::HashType::md5, kA);
  const auto told = diff(dir, {{about("one"), {entry}}, {about("two"), {}}},
                         {{about("one"), {}}, {about("two"), {entry}}});
  CHECK(sums(told) == "one md5 1>0 +0 -1 ~0 =0\ntwo md5 0>1 +1 -0 ~0 =0\n");
}

TEST_CASE("PDQ entries are compared in the order of the file, whatever their words") {
  Temporary dir;
  std::mt19937_64 random(3);
  std::vector<pdq::Hash> old_hashes;
  for (int i = 0; i < 300; ++i) old_hashes.push_back(random_hash(random));
  auto new_hashes = old_hashes;
  new_hashes.erase(new_hashes.begin(), new_hashes.begin() + 20);
  for (int i = 0; i < 30; ++i) new_hashes.push_back(random_hash(random));
  std::vector<index::ListEntry> before, after;
  for (const auto& hash : old_hashes) before.push_back(picture(pdq::to_hex(hash), hash));
  for (const auto& hash : new_hashes) after.push_back(picture(pdq::to_hex(hash), hash));
  CHECK(sums(diff(dir, {{about(), before}}, {{about(), after}})) ==
        "known pdq 300>310 +30 -20 ~0 =280\n");
}

TEST_CASE(
    "a video with another frame, name or suspension is one gone and one come, and equal ones are "
    "paired") {
  Temporary dir;
  std::mt19937_64 random(4);
  const std::vector<pdq::Hash> frames{random_hash(random), random_hash(random)};
  const std::vector<pdq::Hash> others{frames[0], random_hash(random)};
  auto out = video("c", frames);
  auto in = out;
  out.suspended = true;
  const auto told =
      diff(dir,
           {{about(),
             {video("a", frames), video("b", frames), in, video("twin", frames),
              video("twin", frames)}}},
           {{about(), {video("a", frames), video("b", others), out, video("twin", frames)}}});
  CHECK(sums(told) == "known vpdq 5>4 +2 -3 ~0 =2\n");
  REQUIRE(told.changes.size() == 5);
  std::string words;
  for (const auto& each : told.changes) {
    CHECK(each.hash.empty());
    words += std::string(index::to_string(each.kind)) + " " + each.entry + each.old_entry +
             (each.suspended || each.was_suspended ? "!" : "") + "; ";
  }
  CHECK(words == "added b; added c!; removed b; removed c; removed twin; ");
}
