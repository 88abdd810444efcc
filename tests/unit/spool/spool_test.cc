#include "spool/spool.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "spool_folder.h"

using namespace proviso;
using namespace proviso::spool;
namespace fs = std::filesystem;

TEST_CASE("nothing outside the spool is opened, pinned or unlinked") {
  SpoolFolder place;
  base::write_new_file(place.path / "secret", "s");
  place.put("item", "i");
  fs::create_symlink(place.path / "secret", place.path / "spool/link");
  fs::create_directory_symlink(place.path, place.path / "spool/up");
  REQUIRE(::mkfifo((place.path / "spool/fifo").c_str(), 0600) == 0);
  const Spool spool(place.path / "spool");
  CHECK(spool.open("item"));
  const std::string absolute = (place.path / "secret").string();
  for (const std::string& name :
       {std::string("../secret"), std::string("link"), std::string("up/secret"),
        std::string("fifo"), std::string("."), std::string(), std::string("item\0", 5), absolute}) {
    CAPTURE(name);
    const auto opened = spool.open(name);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == "content_unreadable");
    const auto pinned = spool.pin(name);
    REQUIRE_FALSE(pinned);
    CHECK(pinned.error().code == "content_unreadable");
    CHECK_FALSE(spool.unlink_unopened(name));
    CHECK_FALSE(spool.unlink(Pin{name, 0, 0}));
  }
  struct stat secret {};
  REQUIRE(::stat(absolute.c_str(), &secret) == 0);
  CHECK_FALSE(spool.unlink(Pin{"../secret", secret.st_dev, secret.st_ino}));
  CHECK_FALSE(spool.unlink(Pin{"up/secret", secret.st_dev, secret.st_ino}));
  CHECK(fs::exists(place.path / "secret"));
  CHECK(fs::exists(place.path / "spool/fifo"));
  CHECK(fs::is_symlink(place.path / "spool/link"));
}

TEST_CASE("a file that is gone is content_gone when opened and no pin when pinned") {
  SpoolFolder place;
  const Spool spool(place.path / "spool");
  CHECK(spool.open("gone").error().code == "content_gone");
  CHECK(spool.open("no/such/folder").error().code == "content_gone");
  const auto pinned = spool.pin("gone");
  REQUIRE(pinned);
  CHECK_FALSE(*pinned);
}

TEST_CASE("an open file states its size and is the file that it pins") {
  SpoolFolder place;
  place.put("a/item", "four");
  const Spool spool(place.path / "spool");
  const auto opened = spool.open("a/item");
  REQUIRE(opened);
  CHECK(opened->size == 4);
  CHECK(opened->pin.path == "a/item");
  const auto pinned = spool.pin("a/item");
  REQUIRE(pinned);
  REQUIRE(*pinned);
  CHECK((*pinned)->inode == opened->pin.inode);
  CHECK((*pinned)->device == opened->pin.device);
}

TEST_CASE("a file is unlinked only while it is the file that was pinned, and once") {
  SpoolFolder place;
  place.put("a/item", "one");
  const Spool spool(place.path / "spool");
  const auto first = spool.open("a/item");
  REQUIRE(first);
  base::write_file_atomically(place.path / "spool/a/item", "two");
  CHECK_FALSE(spool.unlink(first->pin));
  CHECK(base::read_file(place.path / "spool/a/item") == "two");
  const auto second = spool.pin("a/item");
  REQUIRE(second);
  CHECK(spool.unlink(**second));
  CHECK_FALSE(fs::exists(place.path / "spool/a/item"));
  CHECK_FALSE(spool.unlink(**second));
}

TEST_CASE("a file is unlinked without being opened, even one that cannot be read") {
  SpoolFolder place;
  place.put("item", "one");
  REQUIRE(::chmod((place.path / "spool/item").c_str(), 0) == 0);
  const Spool spool(place.path / "spool");
  CHECK(spool.unlink_unopened("item"));
  CHECK_FALSE(fs::exists(place.path / "spool/item"));
  CHECK_FALSE(spool.unlink_unopened("item"));
}

TEST_CASE("a spool that is replaced while it is open is not followed") {
  SpoolFolder place;
  place.put("item", "one");
  const Spool spool(place.path / "spool");
  const auto pinned = spool.pin("item");
  fs::rename(place.path / "spool", place.path / "old");
  fs::create_directory(place.path / "spool");
  place.put("item", "two");
  CHECK(spool.unlink(**pinned));
  CHECK(fs::exists(place.path / "spool/item"));
  CHECK_FALSE(fs::exists(place.path / "old/item"));
}

TEST_CASE("a spool that does not exist is no_input") {
  SpoolFolder place;
  try {
    const Spool spool(place.path / "none");
    FAIL("opened a spool that does not exist");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::no_input);
  }
}
