#include "spool/sweep.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "spool_folder.h"

using namespace proviso;
using namespace proviso::spool;
namespace fs = std::filesystem;

namespace {

const base::Instant kNow = instant("2026-11-24T10:00:00Z");

Findings found_in(const SpoolFolder& place, const char* unscanned = "PT1H") {
  return find_leftovers(place.path / "spool", *base::parse_period(unscanned), kNow);
}

}  // namespace

TEST_CASE(
    "ST-01: the sweep finds files of any depth at their limit, in order, and no younger one") {
  SpoolFolder place;
  for (const char* name : {"b/c/old", "a", "young"}) place.put(name, "1234");
  place.touch("b/c/old", "2026-11-24T09:00:00Z");
  place.touch("a", "2026-11-20T00:00:00Z");
  place.touch("young", "2026-11-24T09:00:01Z");
  const Findings findings = found_in(place);
  REQUIRE(findings.leftovers.size() == 2);
  CHECK(findings.leftovers[0].file.path == "a");
  CHECK(findings.leftovers[1].file.path == "b/c/old");
  CHECK(findings.leftovers[1].bytes == 4);
  CHECK(findings.leftovers[1].modified == instant("2026-11-24T09:00:00Z"));
  CHECK(findings.unreadable.empty());
  CHECK(remove_leftovers(place.path / "spool", findings.leftovers) == 2);
  CHECK(found_in(place).leftovers.empty());
  CHECK(fs::exists(place.path / "spool/young"));
  CHECK(remove_leftovers(place.path / "spool", findings.leftovers) == 0);
}

TEST_CASE("the sweep follows no link") {
  SpoolFolder place;
  fs::create_directory(place.path / "outside");
  base::write_new_file(place.path / "outside/file", "outside");
  fs::create_symlink(place.path / "outside/file", place.path / "spool/link");
  fs::create_directory_symlink(place.path / "outside", place.path / "spool/folder");
  place.touch("link", "2026-11-20T00:00:00Z");
  place.touch("../outside/file", "2026-11-20T00:00:00Z");
  CHECK(found_in(place).leftovers.empty());
}

TEST_CASE("a file from the future counts from its last change of status") {
  SpoolFolder place;
  place.put("item", "1");
  place.touch("item", "2099-01-01T00:00:00Z");
  const auto later = base::add(base::now(), *base::parse_period("PT2H"));
  const Findings findings =
      find_leftovers(place.path / "spool", *base::parse_period("PT1H"), later);
  REQUIRE(findings.leftovers.size() == 1);
  CHECK(findings.leftovers[0].modified < later);
}

TEST_CASE("a file that was replaced since it was found stays") {
  SpoolFolder place;
  place.put("item", "old");
  place.touch("item", "2026-11-20T00:00:00Z");
  const Findings findings = found_in(place);
  base::write_file_atomically(place.path / "spool/item", "new");
  CHECK(remove_leftovers(place.path / "spool", findings.leftovers) == 0);
  CHECK(fs::exists(place.path / "spool/item"));
}

TEST_CASE("a folder that cannot be read is reported and does not end the sweep") {
  SpoolFolder place;
  place.put("old", "1");
  place.touch("old", "2026-11-20T00:00:00Z");
  // Deeper than a path may be long: not even root opens the last of them.
  const std::string name(200, 'd');
  base::UniqueFd folder = base::open_directory(place.path / "spool");
  for (int depth = 0; depth < 25; ++depth) {
    REQUIRE(::mkdirat(folder.get(), name.c_str(), 0700) == 0);
    folder.reset(::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(folder);
  }
  const Findings findings = found_in(place);
  CHECK(findings.leftovers.size() == 1);
  REQUIRE(findings.unreadable.size() == 1);
  CHECK(findings.unreadable[0].find("File name too long") != std::string::npos);
}

TEST_CASE("there is nothing to find where there is no spool") {
  SpoolFolder place;
  fs::remove(place.path / "spool");
  CHECK(found_in(place).leftovers.empty());
}
