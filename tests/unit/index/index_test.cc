#include "index/index.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>
#include <random>

#include "base/file.h"

using namespace proviso;

namespace {

struct Temporary {
  std::filesystem::path path;
  Temporary() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-index-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Temporary() { std::filesystem::remove_all(path); }
};

law::Resolved the_law() { return law::Resolved(law::load("reg-2026-1881"), {}, true); }

policy::List about(const std::filesystem::path& path = {}, const std::string& purpose = "known-csam") {
  return {"known", "a made-up source", purpose, "somebody", path};
}

pdq::Hash random_hash(std::mt19937_64& random) {
  pdq::Hash hash;
  for (auto& word : hash.words) word = random();
  return hash;
}

pdq::Hash flipped(pdq::Hash hash, int bits, std::mt19937_64& random) {
  std::vector<int> places(256);
  for (int i = 0; i < 256; ++i) places[static_cast<std::size_t>(i)] = i;
  std::shuffle(places.begin(), places.end(), random);
  for (int i = 0; i < bits; ++i) {
    const int at = places[static_cast<std::size_t>(i)];
    hash.words[static_cast<std::size_t>(at / 64)] ^= std::uint64_t{1} << (at % 64);
  }
  return hash;
}

index::ListInput pdq_list(const std::vector<pdq::Hash>& hashes) {
  index::ListInput list;
  list.about = about();
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    index::Entry entry;
    entry.id = "e" + std::to_string(i);
    entry.pdq = hashes[i];
    list.entries.push_back(std::move(entry));
  }
  return list;
}

std::string flaw(const std::filesystem::path& path) {
  try {
    const auto index = index::Index::open(path, nullptr, false);
    return index.verify().value_or("none");
  } catch (const base::Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("PDQ answers are those of a linear scan, at every distance and size") {
  Temporary dir;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{1000}, std::size_t{9000}}) {
    const std::uint64_t seed = 20261124 + size;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::vector<pdq::Hash> hashes;
    while (hashes.size() < size) {
      // Half uniform, half in clusters about what is there already.
      if (hashes.empty() || random() % 2 == 0) hashes.push_back(random_hash(random));
      else hashes.push_back(flipped(hashes[random() % hashes.size()], static_cast<int>(random() % 48), random));
    }
    index::build(dir.path / "i.pvx", {pdq_list(hashes)}, nullptr, the_law(), false);
    const auto index = index::Index::open(dir.path / "i.pvx", nullptr, false);
    for (int round = 0; round < 60; ++round) {
      const int bits = std::array{0, 15, 16, 30, 31, 32, 47, 48, 63, 64}[static_cast<std::size_t>(round % 10)];
      const pdq::Hash query = hashes.empty() ? random_hash(random) : flipped(hashes[random() % hashes.size()], bits, random);
      for (const int radius : {0, 15, 16, 31, 32, 63}) {
        std::vector<index::Hit> hits;
        index.find_pdq(query, radius, {}, hits);
        std::vector<int> got;
        std::vector<int> want;
        for (const auto& hit : hits) got.push_back(hit.distance);
        std::vector<pdq::Hash> distinct = hashes;      // equal hashes are one entry
        std::sort(distinct.begin(), distinct.end());
        distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
        for (const pdq::Hash& hash : distinct) {
          if (pdq::distance(query, hash) <= radius) want.push_back(pdq::distance(query, hash));
        }
        std::sort(want.begin(), want.end());
        REQUIRE(got == want);
      }
    }
  }
}

TEST_CASE("exact digests are found by type, in the lists asked for") {
  Temporary dir;
  std::ofstream(dir.path / "l.ndjson") << R"({"id":"a","md5":"00112233445566778899aabbccddeeff","sha256":")" << std::string(64, 'a') << "\"}\n"
                                       << R"({"id":"b","label":"x","md5":"00112233445566778899AABBCCDDEE00"})" << "\n";
  const auto list = index::read_list(about(dir.path / "l.ndjson"));
  CHECK(list.bad.empty());
  index::build(dir.path / "i.pvx", {list}, nullptr, the_law(), true);
  const auto index = index::Index::open(dir.path / "i.pvx", nullptr, false);
  const auto find = [&](digest::Type type, const std::string& hex, std::vector<std::string> lists) {
    std::vector<index::Hit> hits;
    index.find_exact(type, *base::from_hex(hex), lists, hits);
    return hits;
  };
  REQUIRE(find(digest::Type::md5, "00112233445566778899aabbccddee00", {}).size() == 1);
  CHECK(find(digest::Type::md5, "00112233445566778899aabbccddee00", {"known"})[0].entry == "b");
  CHECK(find(digest::Type::md5, "00112233445566778899aabbccddee00", {"other"}).empty());
  CHECK(find(digest::Type::sha256, std::string(64, 'a'), {}).size() == 1);
  CHECK(find(digest::Type::sha256, std::string(64, 'b'), {}).empty());
  CHECK(find(digest::Type::md5, "00112233445566778899aabbccddee", {}).empty());
}

TEST_CASE("lists: hex, CSV and NDJSON; bad lines are named, never lost in silence") {
  Temporary dir;
  std::ofstream(dir.path / "l.md5.txt") << "\xEF\xBB\xBF# made up\n00112233445566778899aabbccddeeff\r\nzz\nd41d8cd98f00b204e9800998ecf8427e\n";
  auto list = index::read_list(about(dir.path / "l.md5.txt"));
  CHECK(list.entries.size() == 1);
  REQUIRE(list.bad.size() == 2);
  CHECK(list.bad[0].line == 3);
  CHECK(list.bad[1].why.find("empty file") != std::string::npos);

  std::ofstream(dir.path / "l.csv") << "id,type,hash,label\n1,md5,00112233445566778899aabbccddeeff,\"a, \"\"b\"\"\"\n2,sha1,00,x\n3,,00112233445566778899aabbccddeeff,\n";
  list = index::read_list(about(dir.path / "l.csv"));
  REQUIRE(list.entries.size() == 1);
  CHECK(list.entries[0].label == "a, \"b\"");
  CHECK(list.bad.size() == 2);

  std::ofstream(dir.path / "l.ndjson") << "{\"md5\":5}\nnonsense\n{\"id\":\"x\"}\n";
  list = index::read_list(about(dir.path / "l.ndjson"));
  CHECK(list.entries.empty());
  CHECK(list.bad.size() == 3);
  CHECK_THROWS_AS(index::build(dir.path / "i.pvx", {list}, nullptr, the_law(), false), base::Error);
  CHECK_THROWS_AS(index::read_list(about(dir.path / "l.txt")), base::Error);   // no declared type
}

TEST_CASE("SC-08: a list made for another purpose is refused with its rule") {
  Temporary dir;
  index::ListInput list;
  list.about = about({}, "terrorism");
  try {
    index::build(dir.path / "i.pvx", {list}, nullptr, the_law(), false);
    FAIL("built");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::config);
    CHECK(std::string(error.what()).find("SC-08") != std::string::npos);
  }
}

TEST_CASE("a suspended entry gives no hit and suspends its equals") {
  Temporary dir;
  const std::string md5 = "00112233445566778899aabbccddeeff";
  std::ofstream(dir.path / "l.ndjson") << R"({"id":"a","md5":")" << md5 << "\"}\n" << R"({"id":"b","suspended":true,"md5":")" << md5 << "\"}\n";
  index::build(dir.path / "i.pvx", {index::read_list(about(dir.path / "l.ndjson"))}, nullptr, the_law(), true);
  std::vector<index::Hit> hits;
  const auto index = index::Index::open(dir.path / "i.pvx", nullptr, false);
  index.find_exact(digest::Type::md5, *base::from_hex(md5), {}, hits);
  CHECK(hits.empty());
  CHECK(index.sections().size() == 1);     // the list is still there to be named
}

TEST_CASE("the same lists give the same bytes, whatever their order") {
  Temporary dir;
  std::mt19937_64 random(7);
  std::vector<pdq::Hash> hashes;
  for (int i = 0; i < 500; ++i) hashes.push_back(random_hash(random));
  index::ListInput a = pdq_list(hashes);
  index::ListInput b = a;
  std::reverse(b.entries.begin(), b.entries.end());
  index::build(dir.path / "a.pvx", {a}, nullptr, the_law(), false);
  index::build(dir.path / "b.pvx", {b}, nullptr, the_law(), false);
  CHECK(base::read_file(dir.path / "a.pvx") == base::read_file(dir.path / "b.pvx"));
}

TEST_CASE("a flipped bit anywhere, a cut file, another version and a wrong signature are refused") {
  Temporary dir;
  std::mt19937_64 random(9);
  std::vector<pdq::Hash> hashes;
  for (int i = 0; i < 50; ++i) hashes.push_back(random_hash(random));
  const auto key = crypto::PrivateKey::generate_ed25519();
  const auto path = dir.path / "i.pvx";
  index::build(path, {pdq_list(hashes)}, &key, the_law(), false);
  const std::string good = base::read_file(path);
  const auto public_key = crypto::PublicKey::of(key);
  CHECK_NOTHROW(index::Index::open(path, &public_key, true));
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
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{63}, std::size_t{64}, good.size() / 2, good.size() - 1}) {
    base::write_file_atomically(path, good.substr(0, size));
    CHECK(flaw(path) != "none");
  }
  std::string newer = good;
  newer[8] = 2;
  base::write_file_atomically(path, newer);
  CHECK(flaw(path).find("version 2") != std::string::npos);
}
