#include "base/file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>

#include "base/stop.h"

using namespace proviso::base;

namespace {
struct Temporary {
  fs::path path;
  Temporary() {
    std::string name = (fs::temp_directory_path() / "proviso-file-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Temporary() { fs::remove_all(path); }
};
}  // namespace

TEST_CASE("a file written atomically is whole and leaves no other name") {
  Temporary dir;
  write_file_atomically(dir.path / "a", "one");
  write_file_atomically(dir.path / "a", "two");
  CHECK(read_file(dir.path / "a") == "two");
  CHECK(std::distance(fs::directory_iterator(dir.path), fs::directory_iterator()) == 1);
  CHECK_THROWS_AS(write_new_file(dir.path / "a", "three"), Error);
}

TEST_CASE("a pending file has no name until it is whole, and leaves none when it is given up") {
  Temporary dir;
  const auto names = [&] {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(dir.path)) ++count;
    return count;
  };
  {
    PendingFile file(dir.path / "a");
    file.write_at(3, as_bytes("def"));
    file.write_at(0, as_bytes("abc"));
    CHECK_FALSE(std::filesystem::exists(dir.path / "a"));
  }
  CHECK(names() == 0);
  PendingFile file(dir.path / "a");
  file.write_at(3, as_bytes("def"));
  file.write_at(0, as_bytes("abc"));
  file.commit();
  CHECK(read_file(dir.path / "a") == "abcdef");
  CHECK(names() == 1);
  PendingFile again(dir.path / "a");
  again.write_at(0, as_bytes("x"));
  again.commit();
  CHECK(read_file(dir.path / "a") == "x");
}

TEST_CASE("a read past its limit is refused") {
  Temporary dir;
  write_new_file(dir.path / "a", std::string(100, 'x'));
  CHECK(read_file(dir.path / "a", 100).size() == 100);
  CHECK_THROWS_AS(read_file(dir.path / "a", 99), Error);
  try {
    read_file(dir.path / "none");
    FAIL("read a file that is not there");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::no_input);
  }
}

TEST_CASE("a lock is held by one at a time") {
  Temporary dir;
  auto first = FileLock::take(dir.path / "lock", false);
  REQUIRE(first);
  CHECK_FALSE(FileLock::take(dir.path / "lock", false));
  first.reset();
  CHECK(FileLock::take(dir.path / "lock", false));
}

TEST_CASE("hex is exact, and secrets move without a copy") {
  CHECK(to_hex(*from_hex("00fFa5")) == "00ffa5");
  CHECK_FALSE(from_hex("0"));
  CHECK_FALSE(from_hex("zz"));
  SecretBytes a(as_bytes("secret"));
  SecretBytes b(std::move(a));
  CHECK(a.empty());  // NOLINT(bugprone-use-after-move): that it is empty is what is tested
  CHECK(as_text(b.span()) == "secret");
}

TEST_CASE("a lock that is held is waited for so long and no longer, and its holder is named") {
  const Temporary dir;
  const fs::path path = dir.path / "lock";
  auto held = std::make_optional(FileLock::take_within(path, std::chrono::milliseconds(0)));
  const auto refusal = [&](std::chrono::milliseconds most) {
    try {
      const FileLock taken = FileLock::take_within(path, most);
      return std::string("taken");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::temp_fail);
      return std::string(error.what());
    }
  };
  const std::string holder = "is held by process " + std::to_string(::getpid());
  CHECK(refusal(std::chrono::milliseconds(20)).find(holder) != std::string::npos);
  stop_requested = true;
  CHECK(refusal(std::chrono::hours(1)).find("the wait was ended") != std::string::npos);
  stop_requested = false;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    held.reset();
  });
  const FileLock taken = FileLock::take_within(path, std::chrono::hours(1));
  other.join();
}

TEST_CASE(
    "a lock whose file was removed keeps nobody out: the next is taken on the file that is there") {
  const Temporary f;
  auto first = FileLock::take(f.path / "lock", false);
  REQUIRE(first);
  CHECK_FALSE(FileLock::take(f.path / "lock", false));
  std::filesystem::remove(f.path / "lock");
  const auto second = FileLock::take(f.path / "lock", false);
  CHECK(second);
  CHECK_FALSE(FileLock::take(f.path / "lock", false));
}

TEST_CASE("a folder is opened itself: no link to one, and nothing through a link in it") {
  const Temporary f;
  fs::create_directory(f.path / "folder");
  write_new_file(f.path / "folder/a", "a");
  fs::create_symlink("a", f.path / "folder/b");
  fs::create_directory_symlink("folder", f.path / "link");
  write_new_file(f.path / "file", "");
  CHECK_FALSE(Folder::open(f.path / "none"));
  CHECK_THROWS_AS(Folder::open(f.path / "link"), Error);
  CHECK_THROWS_AS(Folder::open(f.path / "file"), Error);
  const auto folder = Folder::open(f.path / "folder");
  REQUIRE(folder);
  CHECK(folder->names() == std::vector<std::string>{"a", "b"});
  CHECK(folder->names().size() == 2);  // again
  CHECK(folder->open_file("a", true));
  CHECK_FALSE(folder->open_file("b", false));
  CHECK(folder->remove("b"));
  CHECK_FALSE(folder->remove("none"));
  CHECK(fs::exists(f.path / "folder/a"));
}

TEST_CASE("bytes are read and written at a place, and a file that may be there is no link") {
  const Temporary f;
  CHECK_FALSE(read_file_if_there(f.path / "a"));
  write_new_file(f.path / "a", "0123456789");
  CHECK(read_file_if_there(f.path / "a") == "0123456789");
  fs::create_symlink("a", f.path / "b");
  CHECK_THROWS_AS(read_file_if_there(f.path / "b"), Error);
  CHECK_THROWS_AS(read_file_if_there(f.path), Error);
  const UniqueFd fd(::open((f.path / "a").c_str(), O_RDWR | O_CLOEXEC));
  write_at(fd.get(), 8, as_bytes("ABCD"), "a");
  CHECK(read_file(f.path / "a") == "01234567ABCD");
  std::array<std::byte, 6> bytes{};
  CHECK(read_at(fd.get(), 2, bytes) == 6);
  CHECK(as_text(bytes) == "234567");
  CHECK(read_at(fd.get(), 9, bytes) == 3);  // to the end
  CHECK(as_text(bytes).substr(0, 3) == "BCD");
  CHECK(read_at(-1, 0, bytes) == -1);
  CHECK(try_write_at(-1, 0, as_bytes("x")) == EBADF);
  CHECK_THROWS_AS(write_at(-1, 0, as_bytes("x"), "a"), Error);
}

TEST_CASE("numbers, the lowest byte first") {
  std::string bytes;
  append_little_endian(bytes, 0x0102030405060708, 8);
  append_little_endian(bytes, 0xfffefdfc, 2);
  CHECK(bytes == std::string("\x08\x07\x06\x05\x04\x03\x02\x01\xfc\xfd"));
  CHECK(little_endian(bytes.substr(0, 8)) == 0x0102030405060708);
  CHECK(little_endian(bytes.substr(8)) == 0xfdfc);
  CHECK(little_endian("") == 0);
}
