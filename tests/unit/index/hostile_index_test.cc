// Indexes whose checksums are right and whose contents are not: the builder was hostile, or wrong.
#include <doctest/doctest.h>

#include <cstring>

#include "base/file.h"
#include "crypto/random.h"
#include "index/index.h"
#include "index/layout.h"
#include "index/neighbours.h"
#include "json/json.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::test;

namespace {

// A compiled file taken apart, to be changed and put together again with every digest right.
struct Opened {
  std::filesystem::path path;
  json::Json meta;
  std::string data;

  explicit Opened(const std::filesystem::path& file) : path(file) {
    const std::string whole = base::read_file(file, 1u << 30);
    index::Prefix prefix;
    std::memcpy(&prefix, whole.data(), sizeof prefix);
    meta = json::parse(whole.substr(sizeof prefix, prefix.meta_bytes), "meta");
    data = whole.substr(prefix.data_offset);
  }
  json::Json& section(std::size_t number) { return meta.at("sections").at(number); }
  std::uint64_t offset(std::size_t number, const char* region) {
    return section(number).at(region).at("offset").get<std::uint64_t>();
  }
  template <class T>
  void put(std::size_t number, const char* region, std::uint64_t at, T value) {
    std::memcpy(data.data() + offset(number, region) + at, &value, sizeof value);
  }
  void write() const { write(meta.dump()); }
  void write(const std::string& words) const {
    index::Prefix prefix{};
    std::memcpy(prefix.magic, index::kMagic.data(), index::kMagic.size());
    prefix.version = index::kVersion;
    prefix.meta_bytes = words.size();
    prefix.blocks = (data.size() + index::kBlockBytes - 1) / index::kBlockBytes;
    prefix.data_offset =
        index::aligned(sizeof prefix + words.size() + prefix.blocks * 32, index::kPageBytes);
    prefix.data_bytes = data.size();
    std::string whole(reinterpret_cast<const char*>(&prefix), sizeof prefix);
    whole += words;
    for (std::uint64_t block = 0; block < prefix.blocks; ++block) {
      const base::Sha256 digest = crypto::sha256(
          std::string_view(data).substr(block * index::kBlockBytes, index::kBlockBytes));
      whole += base::as_text(std::span(digest));
    }
    whole.resize(prefix.data_offset, '\0');
    base::write_file_atomically(path, whole + data);
  }
};

// What the reader says at open, or else verify(); "none": nothing.
std::string flaw(const std::filesystem::path& path) {
  try {
    return open_index(path).verify().value_or("none");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::data);
    return error.what();
  }
}

// The use of an index goes on or is refused; it does nothing else.
bool refuses(const std::function<void()>& use) {
  try {
    use();
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::data);
    return true;
  }
  return false;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const std::string kMd5 = "00112233445566778899aabbccddeeff";

// Sections 0: md5 (two), 1: pdq (ten), 2: vpdq (two videos, five frames).
struct Made {
  Temporary dir;
  std::mt19937_64 random{1};
  std::vector<pdq::Hash> hashes = made_hashes(10, random);
  std::vector<pdq::Hash> frames;
  std::filesystem::path path = dir.path / "i.pvx";

  Made() {
    auto entries = pictures(hashes);
    entries.push_back(file("a", index::HashType::md5, kMd5));
    entries.push_back(file("b", index::HashType::md5, std::string(32, 'f')));
    for (int i = 0; i < 5; ++i) frames.push_back(random_hash(random));
    for (const auto& [id, from, to] : {std::tuple("v", 0, 3), std::tuple("w", 3, 5)}) {
      index::ListEntry video;
      video.id = id;
      video.frames.assign(frames.begin() + from, frames.begin() + to);
      entries.push_back(video);
    }
    make_index(path, {{about(), entries}});
  }
};

bool find_md5(const std::filesystem::path& path) {
  std::vector<index::Hit> hits;
  open_index(path).find_exact(digest::Type::md5, *base::from_hex(kMd5), {}, hits);
  return !hits.empty();
}

}  // namespace

TEST_CASE("an index that is taken apart and put together again is as good as before") {
  Made made;
  Opened(made.path).write();
  CHECK(flaw(made.path) == "none");
  CHECK(find_md5(made.path));
}

TEST_CASE("a region that lies outside the data, off its place or over another is refused at open") {
  for (const char* const region : {"hashes", "table", "owners", "frames", "info", "strings"}) {
    for (const char* const offset :
         {"18446744073709551552", "18446744073709551615", "-64", "64.0", "1e300", "\"64\"", "true",
          "null", "0", "1", "32", "1099511627776"}) {
      Made made;
      Opened opened(made.path);
      opened.section(2).at(region).at("offset") = json::Json::parse(offset);
      opened.write();
      CAPTURE(region);
      CAPTURE(offset);
      CHECK(flaw(made.path) != "none");
      CHECK_THROWS_AS(open_index(made.path), base::Error);
    }
    for (const char* const bytes :
         {"18446744073709551615", "18446744073709551552", "-1", "1e19", "9223372036854775808"}) {
      Made made;
      Opened opened(made.path);
      opened.section(2).at(region).at("bytes") = json::Json::parse(bytes);
      opened.write();
      CAPTURE(region);
      CAPTURE(bytes);
      CHECK_THROWS_AS(open_index(made.path), base::Error);
    }
    Made made;
    Opened opened(made.path);
    opened.section(2).erase(region);
    opened.write();
    CHECK(holds(flaw(made.path), "lacks a member"));
  }
}

TEST_CASE("a number of entries that its regions do not have is refused at open") {
  for (const char* const entries :
       {"0", "1", "3", "-2", "2.0", "4294967295", "4294967296", "1152921504606846978",
        "18446744073709551615", "1e300", "\"2\"", "[2]"}) {
    for (const std::size_t section : {0u, 2u}) {
      Made made;
      Opened opened(made.path);
      opened.section(section).at("entries") = json::Json::parse(entries);
      opened.write();
      CAPTURE(entries);
      CHECK_THROWS_AS(open_index(made.path), base::Error);
      CHECK(flaw(made.path) != "none");
    }
  }
}

TEST_CASE(
    "sections out of order, twice, of no type or none at all, and data that belong to none, are "
    "refused") {
  Made made;
  const Opened good(made.path);
  Opened bad = good;
  std::swap(bad.section(0), bad.section(1));
  bad.write();
  CHECK_THROWS_AS(open_index(made.path), base::Error);
  bad = good;
  bad.meta.at("sections").push_back(bad.section(2));
  bad.write();
  CHECK(holds(flaw(made.path), "there twice"));
  bad = good;
  bad.section(0).at("type") = "sha512";
  bad.write();
  CHECK(holds(flaw(made.path), "unknown section type"));
  bad = good;
  bad.data += std::string(4096, 'x');
  bad.write();
  CHECK(holds(flaw(made.path), "longer than its sections"));
  for (const char* const words : {"{}", "[]", "7", "{\"sections\":7}", "{\"sections\":[7]}",
                                  "{\"sections\":[[]]}", "{\"sections\":null}", "{", "\xff", ""}) {
    good.write(words);
    CAPTURE(words);
    CHECK_THROWS_AS(open_index(made.path), base::Error);
    CHECK(flaw(made.path) != "none");
  }
}

TEST_CASE(
    "starts of digests that are out of order or beyond the list are refused, by verify and at "
    "their use") {
  for (const auto& [first, second] : {std::pair(2u, 1u), std::pair(0u, 3u),
                                      std::pair(0u, 0xffffffffu), std::pair(0xffffffffu, 2u)}) {
    Made made;
    Opened opened(made.path);
    opened.put(0, "table", 0, std::uint32_t{first});
    opened.put(0, "table", 4, std::uint32_t{second});
    opened.write();
    CHECK(holds(flaw(made.path), "table of starts"));
    CHECK(refuses([&] { find_md5(made.path); }));
  }
  Made made;
  Opened opened(made.path);
  opened.put(0, "table", 0, std::uint32_t{1});  // hides the first digest
  opened.write();
  CHECK(holds(flaw(made.path), "table of starts"));
}

TEST_CASE(
    "digests and PDQ hashes that do not ascend are found by verify: a search would miss them") {
  Made made;
  Opened opened(made.path);
  opened.put(0, "hashes", 0, std::uint8_t{0xff});
  opened.put(0, "hashes", 1, std::uint8_t{0xff});
  opened.put(0, "hashes", 16, std::uint8_t{0});
  opened.write();
  CHECK(holds(flaw(made.path), "out of order"));

  Made other;
  Opened pictures(other.path);
  pictures.put(1, "hashes", 0, ~std::uint64_t{0});
  pictures.write();
  CHECK(holds(flaw(other.path), "out of order"));
}

TEST_CASE(
    "an entry's text outside its strings and reserved bits are refused, by verify and at their "
    "use") {
  struct Bad {
    std::uint64_t at;
    std::uint32_t value;
    unsigned bytes;
    const char* why;
  };
  for (const Bad& bad :
       {Bad{0, 0xffffffff, 4, "outside its strings"}, Bad{4, 0xfffffff0, 4, "outside its strings"},
        Bad{8, 0xffff, 2, "outside its strings"}, Bad{10, 0xffff, 2, "outside its strings"},
        Bad{12, 2, 2, "reserved bits"}, Bad{12, 0x8000, 2, "reserved bits"},
        Bad{14, 1, 2, "reserved bits"}}) {
    Made made;
    Opened opened(made.path);
    if (bad.bytes == 4)
      opened.put(0, "info", bad.at, bad.value);
    else
      opened.put(0, "info", bad.at, static_cast<std::uint16_t>(bad.value));
    opened.write();
    CAPTURE(bad.at);
    CHECK(holds(flaw(made.path), bad.why));
    CHECK(refuses([&] { find_md5(made.path); }));
    CHECK(refuses([&] { open_index(made.path).for_each(0, [](const index::StoredEntry&) {}); }));
  }
}

TEST_CASE("a frame of a video that is not there is refused, by verify, by a search and by a walk") {
  for (const std::uint32_t owner : {2u, 0x7fffffffu, 0xffffffffu}) {
    Made made;
    Opened opened(made.path);
    for (std::uint64_t each = 0; each < 5; ++each) opened.put(2, "owners", each * 4, owner);
    opened.write();
    CHECK(holds(flaw(made.path), "a video that is not there"));
    const auto index = open_index(made.path);
    std::vector<index::VideoHit> hits;
    CHECK(refuses([&] { index.find_vpdq(made.frames, 31, {}, hits); }));
    CHECK(hits.empty());
    CHECK(refuses([&] { index.for_each(2, [](const index::StoredEntry&) {}); }));
  }
}

TEST_CASE(
    "a video that says another number of frames, and a section another number of suspended "
    "entries, are found by verify") {
  for (const std::uint32_t frames : {0u, 1u, 0xffffffffu}) {
    Made made;
    Opened opened(made.path);
    opened.put(2, "frames", 0, frames);
    opened.write();
    CHECK(holds(flaw(made.path), "number of frames"));
  }
  Made made;
  Opened opened(made.path);
  opened.section(1).at("suspended") = 1;
  opened.write();
  CHECK(holds(flaw(made.path), "number of suspended entries"));
}

TEST_CASE(
    "slot tables that do not fit their hashes: verify says so, and no search reads outside them") {
  Temporary dir;
  std::mt19937_64 random(7);
  const auto hashes = made_hashes(4200, random);
  const auto path = dir.path / "i.pvx";
  make_index(path, {{about(), pictures(hashes)}});
  const Opened good(path);
  const index::SlotLayout layout(open_index(path).sections()[0].entries);
  const auto search = [&] {
    const auto index = open_index(path);
    std::vector<index::Hit> hits;
    for (std::size_t i = 0; i < 20; ++i) index.find_pdq(hashes[i], 15, {}, hits);
  };
  Opened bad = good;
  SUBCASE("starts beyond the entries") {
    bad.put(0, "table", 4 * 1000, std::uint32_t{0xffffffff});
    bad.write();
    CHECK(refuses(search));
  }
  SUBCASE("starts that go down: buckets would overlap") {
    for (std::uint64_t value = 0; value < 65'536; value += 2)
      bad.put(0, "table", 4 * value, std::uint32_t{0});
    bad.write();
    CHECK(refuses(search));
  }
  SUBCASE("numbers beyond the entries") {
    for (std::uint64_t each = 0; each < 4000; ++each)
      bad.put(0, "table", layout.numbers + each * 4, std::uint32_t{0xffffffff});
    bad.write();
    CHECK(refuses(search));
    CHECK(holds(flaw(path), "not there"));
  }
  SUBCASE("numbers within the entries, but of others") {
    for (std::uint64_t each = 0; each < 4000; ++each)
      bad.put(0, "table", layout.numbers + each * 4, std::uint32_t{0});
    bad.write();
    CHECK(holds(flaw(path), "does not fit its hashes"));
    search();
  }
  SUBCASE(
      "companions of others: nothing is found by this slot, and neighbours says that the tables "
      "are wrong") {
    for (std::uint64_t slot = 0; slot < 16; ++slot) {
      for (std::uint64_t each = 0; each < 4100; ++each)
        bad.put(0, "table", slot * layout.bytes + layout.companions + each * 2,
                std::uint16_t{0x5a5a});
    }
    bad.write();
    CHECK(holds(flaw(path), "does not fit its hashes"));
    CHECK(refuses([&] {
      index::neighbours(open_index(path), 0, {}, false,
                        [](const index::Hit&, const index::Hit&) {});
    }));
  }
}
