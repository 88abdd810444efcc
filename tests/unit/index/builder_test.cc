#include "index/builder.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "base/file.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::test;

namespace {

// Entries of every type, with ids, labels and doubles.
std::vector<index::ListEntry> mixed(std::size_t size) {
  std::mt19937_64 random(size);
  std::vector<index::ListEntry> entries;
  const auto hashes = made_hashes(size, random);
  for (std::size_t i = 0; i < size; ++i) {
    auto entry = picture(i % 3 == 0 ? "" : "entry-" + std::to_string(random() % size), hashes[i]);
    entry.line = i + 1;
    entry.label = i % 4 == 0 ? "" : "category " + std::to_string(i % 5);
    entry.suspended = i % 97 == 0;
    index::ExactHash digest;
    digest.type = static_cast<index::HashType>(i % 3);
    for (auto& each : std::span(digest.bytes).first(index::bytes_of(digest.type)))
      each = static_cast<std::byte>(random() % (i % 7 == 0 ? 2 : 256));
    entry.exact.push_back(digest);
    if (i % 50 == 0) entry.frames = made_hashes(8, random);
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace

TEST_CASE(
    "the same entries give the same bytes, whatever their order, the memory and the threads") {
  Temporary dir;
  auto entries = mixed(30'000);
  make_index(dir.path / "a.pvx", {{about("x"), entries}, {about("y"), mixed(500)}});
  const std::string want = base::read_file(dir.path / "a.pvx", 1u << 30);
  std::mt19937_64 random(3);
  std::shuffle(entries.begin(), entries.end(), random);
  for (const auto& [memory, threads] :
       {std::pair<std::uint64_t, unsigned>{64u << 20, 1}, {1u << 20, 1}, {1u << 20, 3}}) {
    index::BuildSettings settings;
    settings.memory = memory;  // one MiB: the sort goes through files
    settings.threads = threads;
    make_index(dir.path / "b.pvx", {{about("y"), mixed(500)}, {about("x"), entries}}, settings);
    CHECK(base::read_file(dir.path / "b.pvx", 1u << 30) == want);
  }
}

TEST_CASE("equal hashes are one entry, the first by id, and are counted") {
  Temporary dir;
  const pdq::Hash hash{{1, 2, 3, 4}};
  const auto report =
      make_index(dir.path / "i.pvx",
                 {{about(), {picture("b", hash), picture("a", hash), picture("c", hash)}}});
  CHECK(report.entries == 1);
  CHECK(report.duplicates == 2);
  std::vector<index::Hit> hits;
  open_index(dir.path / "i.pvx").find_pdq(hash, 0, {}, hits);
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].entry == "a");
}

TEST_CASE("a build that fails leaves the index that was there, and nothing beside it") {
  Temporary dir;
  make_index(dir.path / "i.pvx", {{about(), {picture("a", pdq::Hash{{1, 2, 3, 4}})}}});
  const std::string before = base::read_file(dir.path / "i.pvx");
  policy::List good = about("good");
  good.purpose = "known-good";
  CHECK_THROWS_AS(make_index(dir.path / "i.pvx", {{good, {picture("a", pdq::Hash{{1, 2, 3, 5}})}}}),
                  base::Error);
  CHECK(base::read_file(dir.path / "i.pvx") == before);
  std::size_t names = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(dir.path)) ++names;
  CHECK(names == 1);
}

TEST_CASE("what is walked is what was built") {
  Temporary dir;
  const auto entries = mixed(2000);
  make_index(dir.path / "i.pvx", {{about(), entries}});
  const auto index = open_index(dir.path / "i.pvx");
  std::uint64_t hashes = 0;
  std::uint64_t videos = 0;
  for (std::uint32_t section = 0; section < index.sections().size(); ++section) {
    pdq::Hash last{};
    index.for_each(section, [&](const index::StoredEntry& entry) {
      if (!entry.frames.empty()) {
        ++videos;
      } else if (index.sections()[section].type == index::HashType::pdq) {
        CHECK(last < entry.pdq);
        last = entry.pdq;
        ++hashes;
      }
    });
  }
  CHECK(hashes > 1900);
  CHECK(videos == 40);
}

TEST_CASE("many small lists need no file each while they are built") {
  Temporary dir;
  std::vector<MadeList> lists;
  for (int i = 0; i < 100; ++i)
    lists.push_back({about("list" + std::to_string(i)),
                     {file("a", index::HashType::md5, std::string(32, '1'))}});
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit few{64, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  CHECK_NOTHROW(make_index(dir.path / "i.pvx", lists));
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(open_index(dir.path / "i.pvx").sections().size() == 100);
}
