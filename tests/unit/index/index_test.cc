#include "index/index.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "base/file.h"
#include "index/layout.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::test;

namespace {

const std::string kMd5 = "00112233445566778899aabbccddeeff";

std::vector<index::Hit> find(const index::Index& index, index::HashType type,
                             const std::string& hex, std::vector<std::string> lists = {}) {
  std::vector<index::Hit> hits;
  index.find_exact(*digest::parse_type(index::to_string(type)), *base::from_hex(hex), lists, hits);
  return hits;
}

std::string flaw(const std::filesystem::path& path) {
  try {
    return open_index(path).verify().value_or("none");
  } catch (const base::Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("exact digests are found by type, in the lists asked for") {
  Temporary dir;
  auto both = file("a", index::HashType::md5, kMd5);
  both.exact.push_back(file("a", index::HashType::sha256, std::string(64, 'a')).exact[0]);
  auto labelled = file("b", index::HashType::md5, "00112233445566778899AABBCCDDEE00");
  labelled.label = "x";
  make_index(dir.path / "i.pvx", {{about(), {both, labelled}}});
  const auto index = open_index(dir.path / "i.pvx");
  const auto hits =
      find(index, index::HashType::md5, "00112233445566778899aabbccddee00", {"known"});
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].entry == "b");
  CHECK(hits[0].label == "x");
  CHECK(hits[0].verified_list);
  CHECK_FALSE(hits[0].suspended);
  CHECK(find(index, index::HashType::md5, "00112233445566778899aabbccddee00", {"other"}).empty());
  CHECK(find(index, index::HashType::md5, "00112233445566778899aabbccddee01").empty());
  CHECK(find(index, index::HashType::sha1, "0011223344556677889900112233445566778899").empty());
  CHECK(find(index, index::HashType::sha256, std::string(64, 'a')).size() == 1);
}

TEST_CASE("every digest of lists of any size is found, and none that is not there") {
  Temporary dir;
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{16}, std::size_t{5000}}) {
    std::mt19937_64 random(size);
    std::vector<std::string> digests;
    std::vector<index::ListEntry> entries;
    for (std::size_t i = 0; i < size; ++i) {
      digests.push_back(
          fmt::format("{:016x}{:016x}{:08x}", random(), random(), random() & 0xffffffffu));
      entries.push_back(file(std::to_string(i), index::HashType::sha1, digests.back()));
    }
    make_index(dir.path / "i.pvx", {{about(), entries}});
    const auto index = open_index(dir.path / "i.pvx");
    for (std::size_t i = 0; i < size; ++i) {
      const auto hits = find(index, index::HashType::sha1, digests[i]);
      REQUIRE(hits.size() == 1);
      CHECK(hits[0].entry == std::to_string(i));
      std::string other = digests[i];
      other[39] = other[39] == '0' ? '1' : '0';
      CHECK(find(index, index::HashType::sha1, other).empty());
    }
  }
}

TEST_CASE("an entry without an id is named by its line") {
  Temporary dir;
  auto entry = file("", index::HashType::md5, kMd5);
  entry.line = 812;
  make_index(dir.path / "i.pvx", {{about(), {entry}}});
  CHECK(find(open_index(dir.path / "i.pvx"), index::HashType::md5, kMd5)[0].entry == "line 812");
}

TEST_CASE("SC-08: a list made for another purpose is refused with its rule") {
  Temporary dir;
  policy::List list = about();
  list.purpose = "terrorism";
  try {
    make_index(dir.path / "i.pvx", {{list, {}}});
    FAIL("built");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::config);
    CHECK(std::string(error.what()).find("SC-08") != std::string::npos);
  }
}

TEST_CASE("a list of known-good files takes no perceptual hash") {
  Temporary dir;
  policy::List list = about();
  list.purpose = "known-good";
  CHECK_NOTHROW(make_index(dir.path / "i.pvx", {{list, {file("a", index::HashType::md5, kMd5)}}}));
  CHECK_THROWS_AS(make_index(dir.path / "i.pvx", {{list, {picture("a", pdq::Hash{{1, 2, 3, 4}})}}}),
                  base::Error);
}

TEST_CASE("a suspended entry is told as such and suspends its equals, in every list") {
  Temporary dir;
  auto out = file("b", index::HashType::md5, kMd5);
  out.suspended = true;
  make_index(dir.path / "i.pvx", {{about("a"), {file("a", index::HashType::md5, kMd5), out}},
                                  {about("b"), {file("c", index::HashType::md5, kMd5)}}});
  const auto index = open_index(dir.path / "i.pvx");
  const auto hits = find(index, index::HashType::md5, kMd5);
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].suspended);
  CHECK(hits[1].suspended);
  const auto alone = find(index, index::HashType::md5, kMd5,
                          {"b"});  // the doubt of a list that was not asked for counts
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].suspended);
  CHECK(index.sections()[0].suspended == 1);
}

TEST_CASE("a suspended entry of a known-good list suspends itself alone") {
  Temporary dir;
  policy::List good = about("good");
  good.purpose = "known-good";
  auto out = file("g", index::HashType::md5, kMd5);
  out.suspended = true;
  make_index(dir.path / "i.pvx",
             {{good, {out}}, {about("known"), {file("a", index::HashType::md5, kMd5)}}});
  const auto index = open_index(dir.path / "i.pvx");
  const auto hits = find(index, index::HashType::md5, kMd5);
  REQUIRE(hits.size() == 2);
  for (const auto& hit : hits) CHECK(hit.suspended == (hit.list == "good"));
  CHECK_FALSE(find(index, index::HashType::md5, kMd5, {"known"}).at(0).suspended);
}

TEST_CASE("a suspended PDQ entry takes away its own hash and no near one") {
  Temporary dir;
  std::mt19937_64 random(5);
  const pdq::Hash hash = random_hash(random);
  auto out = picture("out", hash);
  out.suspended = true;
  make_index(dir.path / "i.pvx", {{about("a"), {out, picture("near", flipped(hash, 3, random))}},
                                  {about("b"), {picture("same", hash)}}});
  const auto index = open_index(dir.path / "i.pvx");
  for (const std::vector<std::string>& lists :
       {std::vector<std::string>{}, std::vector<std::string>{"b"}}) {
    std::vector<index::Hit> hits;
    index.find_pdq(hash, 31, lists, hits);
    for (const auto& hit : hits) CHECK(hit.suspended == (hit.entry != "near"));
    CHECK(hits.size() == (lists.empty() ? 3u : 1u));
  }
}

TEST_CASE("a list without entries still has a section") {
  Temporary dir;
  make_index(dir.path / "i.pvx",
             {{about("empty"), {}},
              {about("full"), {file("a", index::HashType::sha1, std::string(40, 'b'))}}});
  const auto index = open_index(dir.path / "i.pvx");
  REQUIRE(index.sections().size() == 2);
  CHECK(index.sections()[0].list == "empty");
  CHECK(index.sections()[0].entries == 0);
  CHECK(flaw(dir.path / "i.pvx") == "none");
}

TEST_CASE("videos are found by their frames, counted both ways") {
  Temporary dir;
  std::mt19937_64 random(17);
  index::ListEntry a, b;
  a.id = "a";
  b.id = "b";
  for (int i = 0; i < 10; ++i) a.frames.push_back(random_hash(random));
  for (int i = 0; i < 4; ++i) b.frames.push_back(random_hash(random));
  b.frames.push_back(a.frames[3]);  // a frame of both
  b.frames.push_back(a.frames[3]);  // the same again counts once
  make_index(dir.path / "i.pvx", {{about(), {b, a}}});
  const auto index = open_index(dir.path / "i.pvx");
  CHECK(index.sections()[0].videos == 2);
  CHECK(index.sections()[0].entries == 15);
  std::vector<pdq::Hash> query{flipped(a.frames[0], 5, random), flipped(a.frames[3], 2, random),
                               random_hash(random)};
  std::vector<index::VideoHit> hits;
  index.find_vpdq(query, 31, {}, hits);
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].entry == "a");
  CHECK(hits[0].frames == 10);
  CHECK(hits[0].frames_matched == 2);
  CHECK(hits[0].query_frames == 3);
  CHECK(hits[0].query_frames_matched == 2);
  CHECK(hits[0].distance == 2);
  CHECK(hits[1].entry == "b");
  CHECK(hits[1].frames == 5);
  CHECK(hits[1].frames_matched == 1);
  std::vector<index::Hit> pictures;
  index.find_pdq(a.frames[0], 31, {}, pictures);
  CHECK(pictures.empty());  // frames are no pictures of a list
  std::size_t walked = 0;
  index.for_each(0, [&](const index::StoredEntry& entry) {
    ++walked;
    CHECK(entry.frames.size() == (entry.id == "a" ? 10u : 5u));
  });
  CHECK(walked == 2);
}

TEST_CASE(
    "of many videos with a frame in common, those with the frames of a suspended one are "
    "suspended") {
  Temporary dir;
  std::mt19937_64 random(18);
  const pdq::Hash common = random_hash(random);
  std::vector<index::ListEntry> out, in;
  std::set<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    index::ListEntry video;
    video.id = "out" + std::to_string(i);
    video.frames = {common, random_hash(random)};
    video.suspended = true;
    out.push_back(video);
    video.id = "in" + std::to_string(i);
    video.suspended = false;
    if (i % 3 == 0)
      expected.insert(video.id);
    else
      video.frames[1] = random_hash(random);
    in.push_back(video);
  }
  make_index(dir.path / "i.pvx",
             {{about("a"), out}, {about("b"), in}, {about("c"), {in[0], in[1]}}});
  const auto index = open_index(dir.path / "i.pvx");
  std::vector<index::VideoHit> hits;
  index.find_vpdq(std::span(&common, 1), 0, std::vector<std::string>{"b", "c"}, hits);
  CHECK(hits.size() == 302);
  for (const auto& hit : hits) CHECK(hit.suspended == (expected.count(hit.entry) != 0));
}

TEST_CASE("a flipped bit anywhere, a cut file, another version and a wrong signature are refused") {
  Temporary dir;
  std::mt19937_64 random(9);
  const auto key = crypto::PrivateKey::generate_ed25519();
  const auto path = dir.path / "i.pvx";
  index::ListEntry video;
  video.id = "v";
  video.frames = made_hashes(20, random);
  auto entries = pictures(made_hashes(50, random));
  entries.push_back(video);
  entries.push_back(file("f", index::HashType::md5, kMd5));
  make_index(path, {{about(), entries}}, {}, &key);
  const std::string good = base::read_file(path);
  const auto public_key = crypto::PublicKey::of(key);
  CHECK_NOTHROW(index::Index::open(path, &public_key, true));
  CHECK(flaw(path) == "none");
  const auto other = crypto::PublicKey::of(crypto::PrivateKey::generate_ed25519());
  CHECK_THROWS_AS(index::Index::open(path, &other, true), base::Error);
  for (int round = 0; round < 300; ++round) {
    std::string bad = good;
    const std::size_t at = round < 100 ? static_cast<std::size_t>(round) : random() % bad.size();
    bad[at] = static_cast<char>(bad[at] ^ (1 << (random() % 8)));
    base::write_file_atomically(path, bad);
    CAPTURE(at);
    CHECK_THROWS_AS(index::Index::open(path, &public_key, true), base::Error);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{63}, std::size_t{64},
                                 good.size() / 2, good.size() - 1}) {
    base::write_file_atomically(path, good.substr(0, size));
    CHECK(flaw(path) != "none");
  }
  std::string newer = good;
  newer[8] = 3;
  base::write_file_atomically(path, newer);
  CHECK(flaw(path).find("version 3") != std::string::npos);
}

TEST_CASE("a large index is checked block by block, before the first use of each") {
  Temporary dir;
  std::mt19937_64 random(23);
  const auto path = dir.path / "i.pvx";
  const auto hashes = made_hashes(200'000, random);  // over 16 MiB of data
  make_index(path, {{about(), pictures(hashes)}});
  std::string bad = base::read_file(path, 1u << 30);
  REQUIRE(bad.size() > (16u << 20));
  index::Prefix prefix;
  std::memcpy(&prefix, bad.data(), sizeof prefix);
  bad[prefix.data_offset + 100'000 * 32 + 5] ^= 1;  // in the hashes
  base::write_file_atomically(path, bad);
  const auto index = open_index(path);  // opens: nothing was used yet
  std::vector<index::Hit> hits;
  bool refused = false;
  try {
    for (const pdq::Hash& hash : hashes) index.find_pdq(hash, 31, {}, hits);
  } catch (const base::Error& error) {
    refused = error.code() == base::ExitCode::data &&
              std::string(error.what()).find("block ") != std::string::npos;
  }
  CHECK(refused);
  CHECK(flaw(path).find("block ") != std::string::npos);
}
