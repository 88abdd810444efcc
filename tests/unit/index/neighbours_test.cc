#include "index/neighbours.h"

#include <doctest/doctest.h>

#include <set>

#include "workplace.h"

using namespace proviso;
using namespace proviso::test;

namespace {

struct Owned {
  std::string list, id;
  pdq::Hash hash;
};

// "list/id list/id distance", the lesser name first.
std::string pair_of(const std::string& a, const std::string& b, int distance) {
  return std::min(a, b) + " " + std::max(a, b) + " " + std::to_string(distance);
}

std::multiset<std::string> scanned(const std::vector<Owned>& all, int distance, bool across) {
  std::multiset<std::string> pairs;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = i + 1; k < all.size(); ++k) {
      const int bits = pdq::distance(all[i].hash, all[k].hash);
      if (bits <= distance && !(across && all[i].list == all[k].list))
        pairs.insert(pair_of(all[i].list + "/" + all[i].id, all[k].list + "/" + all[k].id, bits));
    }
  }
  return pairs;
}

std::multiset<std::string> found(const index::Index& index, int distance, bool across,
                                 const std::vector<std::string>& lists = {}) {
  std::multiset<std::string> pairs;
  const auto number = index::neighbours(
      index, distance, lists, across, [&](const index::Hit& first, const index::Hit& second) {
        pairs.insert(pair_of(first.list + "/" + first.entry, second.list + "/" + second.entry,
                             second.distance));
      });
  CHECK(number == pairs.size());
  return pairs;
}

struct Lists {
  std::vector<MadeList> made;
  std::vector<Owned> all;
  void add(const std::string& name, const std::vector<pdq::Hash>& hashes) {
    std::set<std::string> seen;  // an equal hash of the same list is no second entry
    std::vector<index::ListEntry> entries;
    for (const pdq::Hash& hash : hashes) {
      if (!seen.insert(pdq::to_hex(hash)).second) continue;
      const std::string id = "e" + std::to_string(entries.size());
      entries.push_back(picture(id, hash));
      all.push_back({name, id, hash});
    }
    made.push_back({about(name), entries});
  }
};

}  // namespace

TEST_CASE(
    "pairs are those of a scan of every pair, each once, within a list and across, at any "
    "distance") {
  Temporary dir;
  std::mt19937_64 random(1);
  auto hashes = made_hashes(500, random);
  Lists lists;
  lists.add("a", {hashes.begin(), hashes.begin() + 200});
  lists.add("b", {hashes.begin() + 150, hashes.end()});  // fifty of both
  make_index(dir.path / "i.pvx", lists.made);
  const auto index = open_index(dir.path / "i.pvx");
  for (const int distance : {0, 1, 10, 31, 63}) {
    for (const bool across : {false, true}) {
      CAPTURE(distance);
      CAPTURE(across);
      CHECK(found(index, distance, across) == scanned(lists.all, distance, across));
    }
  }
  CHECK(found(index, 0, true).size() >= 50);
  CHECK(found(index, 31, false).size() > 100);
}

TEST_CASE("a list that is large enough for slot tables has the same pairs") {
  Temporary dir;
  std::mt19937_64 random(2);
  Lists lists;
  lists.add("a", made_hashes(4500, random));
  make_index(dir.path / "i.pvx", lists.made);
  CHECK(found(open_index(dir.path / "i.pvx"), 10, false) == scanned(lists.all, 10, false));
}

TEST_CASE("lists that were not asked for have no part in any pair") {
  Temporary dir;
  std::mt19937_64 random(3);
  const pdq::Hash hash = random_hash(random);
  Lists lists;
  lists.add("a", {hash});
  lists.add("b", {flipped(hash, 2, random)});
  lists.add("c", {flipped(hash, 3, random)});
  make_index(dir.path / "i.pvx", lists.made);
  const auto index = open_index(dir.path / "i.pvx");
  CHECK(found(index, 31, false).size() == 3);
  CHECK(found(index, 31, true, {"a", "b"}) == std::multiset<std::string>{"a/e0 b/e0 2"});
  CHECK(found(index, 31, true, {"a"}).empty());
}

TEST_CASE("a suspended entry is a neighbour too, and is told as such") {
  Temporary dir;
  std::mt19937_64 random(4);
  const pdq::Hash hash = random_hash(random);
  auto out = picture("out", flipped(hash, 2, random));
  out.suspended = true;
  make_index(dir.path / "i.pvx", {{about(), {picture("in", hash), out}}});
  int pairs = 0;
  index::neighbours(open_index(dir.path / "i.pvx"), 10, {}, false,
                    [&](const index::Hit& first, const index::Hit& second) {
                      ++pairs;
                      CHECK(first.suspended == (first.entry == "out"));
                      CHECK(second.suspended == (second.entry == "out"));
                    });
  CHECK(pairs == 1);
}

TEST_CASE("an index without PDQ has no pairs, and a distance beyond the search's is refused") {
  Temporary dir;
  make_index(dir.path / "i.pvx",
             {{about(), {file("a", index::HashType::md5, std::string(32, '1'))}}});
  CHECK(found(open_index(dir.path / "i.pvx"), 31, false).empty());
  std::mt19937_64 random(5);
  make_index(dir.path / "i.pvx", {{about(), {picture("a", random_hash(random))}}});
  for (const int distance : {-1, 64})
    CHECK_THROWS_AS(found(open_index(dir.path / "i.pvx"), distance, false), base::Error);
}
