#include "index/withdrawal.h"

#include <doctest/doctest.h>

#include "base/file.h"
#include "list_reading.h"
#include "workplace.h"

using namespace proviso;
using proviso::list_test::Read;
using proviso::test::Temporary;

namespace {

const std::string kMd5 = "8f7c9f19cfc3c1b366302c7c346be060";

policy::List known(const Temporary& dir) {
  policy::List list = test::about("known", dir.path / "known.ndjson");
  list.withdrawn = dir.path / "withdrawn";
  return list;
}

std::optional<base::ExitCode> refused(const std::function<void()>& act) {
  try {
    act();
  } catch (const base::Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("a hash is withdrawn once, in lower case, whatever the case that it came in") {
  Temporary dir;
  const auto list = known(dir);
  CHECK(index::withdraw(list, index::HashType::md5, "8F7C9F19CFC3C1B366302C7C346BE060"));
  CHECK_FALSE(index::withdraw(list, index::HashType::md5, kMd5));
  CHECK(base::read_file(list.withdrawn) == "md5 " + kMd5 + "\n");
  CHECK(index::withdraw(list, index::HashType::pdq, std::string(64, 'a')));
  CHECK(base::read_file(list.withdrawn) == "md5 " + kMd5 + "\npdq " + std::string(64, 'a') + "\n");
}

TEST_CASE("a withdrawal by id is one line, and an id that begins like another is another") {
  Temporary dir;
  const auto list = known(dir);
  CHECK(index::withdraw(list, "n-12"));
  CHECK(index::withdraw(list, "n-1"));
  CHECK(index::withdraw(list, "id n-1"));
  CHECK_FALSE(index::withdraw(list, "n-1"));
  CHECK(base::read_file(list.withdrawn) == "id n-12\nid n-1\nid id n-1\n");
}

TEST_CASE(
    "a file that people wrote keeps its comments, gets its last newline, and is understood "
    "whatever its ends of line") {
  Temporary dir;
  const auto list = known(dir);
  base::write_file_atomically(list.withdrawn,
                              "# ours\r\nid n-1\r\nmd5 8F7C9F19CFC3C1B366302C7C346BE060");
  CHECK_FALSE(index::withdraw(list, "n-1"));
  CHECK_FALSE(index::withdraw(list, index::HashType::md5, kMd5));
  CHECK(index::withdraw(list, "n-2"));
  CHECK(base::read_file(list.withdrawn) ==
        "# ours\r\nid n-1\r\nmd5 8F7C9F19CFC3C1B366302C7C346BE060\nid n-2\n");
}

TEST_CASE(
    "what was withdrawn is suspended when the list is read again, by hash and by id, blanks about "
    "an id or not") {
  Temporary dir;
  const auto list = known(dir);
  base::write_file_atomically(
      list.path, R"({"id":"n-1","md5":")" + kMd5 + "\"}\n" + R"({"id":" n-2 ","md5":")" +
                     std::string(32, '2') + "\"}\n" + R"({"id":"n-3","sha1":")" +
                     std::string(40, '3') + "\"}\n" + R"({"id":"#4","md5":")" +
                     std::string(32, '4') + "\"}\n");
  CHECK(index::withdraw(list, index::HashType::md5, kMd5));
  CHECK(index::withdraw(list, " n-2 "));
  CHECK(index::withdraw(list, "#4"));
  const Read read(list);
  REQUIRE(read.entries.size() == 4);
  CHECK(read.entries[0].suspended);
  CHECK(read.entries[1].suspended);
  CHECK_FALSE(read.entries[2].suspended);
  CHECK(read.entries[3].suspended);
  CHECK(read.report.withdrawals_unused == 0);
}

TEST_CASE(
    "a hash of another shape, a video's frame as a type, and an id that no line can hold are usage "
    "errors, and nothing is written") {
  Temporary dir;
  const auto list = known(dir);
  for (const std::string& hex : {std::string(), std::string(31, 'a'), std::string(33, 'a'),
                                 std::string(40, 'a'), std::string(32, 'g'), " " + kMd5}) {
    CHECK(refused([&] { index::withdraw(list, index::HashType::md5, hex); }) ==
          base::ExitCode::usage);
  }
  CHECK(refused([&] { index::withdraw(list, index::HashType::vpdq, std::string(64, 'a')); }) ==
        base::ExitCode::usage);
  for (const std::string& id :
       {std::string(), std::string("  "), std::string("a\nmd5 b"), std::string("a\rb"),
        std::string("a\0b", 3), std::string(257, 'a')}) {
    CHECK(refused([&] { index::withdraw(list, id); }) == base::ExitCode::usage);
  }
  CHECK_FALSE(std::filesystem::exists(list.withdrawn));
}

TEST_CASE(
    "the hash of the empty file and the PDQ hash of zeros are usage errors: such a line would "
    "refuse the whole list") {
  Temporary dir;
  const auto list = known(dir);
  CHECK(refused([&] {
          index::withdraw(list, index::HashType::md5, "d41d8cd98f00b204e9800998ecf8427e");
        }) == base::ExitCode::usage);
  CHECK(refused([&] { index::withdraw(list, index::HashType::pdq, std::string(64, '0')); }) ==
        base::ExitCode::usage);
  CHECK_FALSE(std::filesystem::exists(list.withdrawn));
}

TEST_CASE("a list whose policy names no file of withdrawn entries is a matter of configuration") {
  Temporary dir;
  policy::List list = known(dir);
  list.withdrawn.clear();
  CHECK(refused([&] { index::withdraw(list, index::HashType::md5, kMd5); }) ==
        base::ExitCode::config);
  CHECK(refused([&] { index::withdraw(list, "n-1"); }) == base::ExitCode::config);
}
