// What the tests of this room share: made-up hashes, lists in memory, a folder that goes away.
#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "index/builder.h"
#include "index/index.h"

namespace proviso::test {

struct Temporary {
  std::filesystem::path path;
  Temporary() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-index-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() { std::filesystem::remove_all(path); }
};

inline law::Resolved the_law() { return law::Resolved(law::load("reg-2026-1881"), {}, true); }

inline policy::List about(const std::string& name = "known",
                          const std::filesystem::path& path = {}) {
  policy::List list;
  list.name = name;
  list.source = "a made-up source";
  list.purpose = "known-csam";
  list.verified_by = "somebody";
  list.path = path;
  return list;
}

inline pdq::Hash random_hash(std::mt19937_64& random) {
  pdq::Hash hash;
  for (auto& word : hash.words) word = random();
  return hash;
}

// The hash with exactly that many bits changed.
inline pdq::Hash flipped(pdq::Hash hash, int bits, std::mt19937_64& random) {
  std::vector<int> places(256);
  for (int i = 0; i < 256; ++i) places[static_cast<std::size_t>(i)] = i;
  std::shuffle(places.begin(), places.end(), random);
  for (int i = 0; i < bits; ++i) {
    const int at = places[static_cast<std::size_t>(i)];
    hash.words[static_cast<std::size_t>(at / 64)] ^= std::uint64_t{1} << (at % 64);
  }
  return hash;
}

// Half uniform, half in clusters about what is there already.
inline std::vector<pdq::Hash> made_hashes(std::size_t size, std::mt19937_64& random) {
  std::vector<pdq::Hash> hashes;
  while (hashes.size() < size) {
    if (hashes.empty() || random() % 2 == 0)
      hashes.push_back(random_hash(random));
    else
      hashes.push_back(
          flipped(hashes[random() % hashes.size()], static_cast<int>(random() % 48), random));
  }
  return hashes;
}

inline index::ListEntry picture(const std::string& id, const pdq::Hash& hash) {
  index::ListEntry entry;
  entry.id = id;
  entry.pdq = hash;
  return entry;
}

inline index::ListEntry file(const std::string& id, index::HashType type, const std::string& hex) {
  index::ListEntry entry;
  entry.id = id;
  index::ExactHash hash;
  hash.type = type;
  base::from_hex_exact(hex, std::span(hash.bytes).first(index::bytes_of(type)));
  entry.exact.push_back(hash);
  return entry;
}

inline std::vector<index::ListEntry> pictures(const std::vector<pdq::Hash>& hashes) {
  std::vector<index::ListEntry> entries;
  for (std::size_t i = 0; i < hashes.size(); ++i)
    entries.push_back(picture("e" + std::to_string(i), hashes[i]));
  return entries;
}

// Builds an index of these lists and opens it.
struct MadeList {
  policy::List about;
  std::vector<index::ListEntry> entries;
};

inline index::BuildReport make_index(const std::filesystem::path& out,
                                     const std::vector<MadeList>& lists,
                                     index::BuildSettings settings = {},
                                     const crypto::PrivateKey* key = nullptr) {
  std::vector<policy::List> abouts;
  for (const MadeList& list : lists) abouts.push_back(list.about);
  settings.memory = std::min<std::uint64_t>(settings.memory, 64u << 20);
  index::Builder builder(out, abouts, the_law(), settings);
  for (const MadeList& list : lists) {
    for (const index::ListEntry& entry : list.entries) builder.add(list.about.name, entry);
  }
  return builder.write(key);
}

inline index::Index open_index(const std::filesystem::path& path) {
  return index::Index::open(path, nullptr, false);
}

}  // namespace proviso::test
