#include "index/query.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <map>

#include "index/in_use.h"
#include "index/list_choice.h"
#include "index/remarks.h"
#include "json/json.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::test;

namespace {

const std::string kMd5(32, 'a');

struct Built {
  Temporary dir;
  std::mt19937_64 random{7};
  pdq::Hash hash = random_hash(random);
  index::Index index;

  Built() : index(build()) {}

  index::Index build() {
    std::vector<index::ListEntry> entries = pictures({hash});
    entries.push_back(file("m", index::HashType::md5, kMd5));
    entries.push_back(file("s", index::HashType::md5, std::string(32, 'b')));
    entries.back().suspended = true;
    make_index(dir.path / "made.pvx", {{about(), entries}});
    return open_index(dir.path / "made.pvx");
  }
  // The lines that a query of these hashes gives.
  std::vector<json::Json> ask(index::HashType type, const std::vector<std::string>& hashes,
                              int distance = 31) {
    std::vector<json::Json> lines;
    index::Query query(index, type, distance, {}, [&](std::string_view line) {
      CHECK(line.ends_with("}\n"));
      lines.push_back(json::parse(line, "a line"));
    });
    for (const std::string& each : hashes) CHECK(query.add(each));
    query.flush();
    return lines;
  }
};

}  // namespace

TEST_CASE("each hit of a query names the hash that was asked for, and the index that has it") {
  Built t;
  const auto lines = t.ask(index::HashType::md5, {std::string(32, 'c'), kMd5});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].at("query") == kMd5);
  CHECK(lines[0].at("entry") == "m");
  CHECK(lines[0].at("index") == t.index.digest());
  const auto near = pdq::to_hex(flipped(t.hash, 5, t.random));
  const auto found = t.ask(index::HashType::pdq, {near});
  REQUIRE(found.size() == 1);
  CHECK(found[0].at("query") == near);
  CHECK(found[0].at("distance") == 5);
  CHECK(t.ask(index::HashType::pdq, {near}, 4).empty());
}

TEST_CASE("more hashes than one look-up takes are all answered, in their order") {
  Built t;
  std::vector<std::string> hashes(2500, std::string(32, 'c'));
  for (const std::size_t hit :
       {std::size_t{0}, std::size_t{1023}, std::size_t{1024}, std::size_t{2499}})
    hashes[hit] = kMd5;
  CHECK(t.ask(index::HashType::md5, hashes).size() == 4);
  CHECK(t.ask(index::HashType::pdq, std::vector<std::string>(1025, pdq::to_hex(t.hash))).size() ==
        1025);
}

TEST_CASE("what is not a hash of the type is refused and not looked up") {
  Built t;
  index::Query query(t.index, index::HashType::md5, 0, {}, [](std::string_view) { FAIL("a hit"); });
  for (const char* text :
       {"", "aa", "no hex digits, and there are 32", "0123456789abcdef0123456789abcdef01"})
    CHECK_FALSE(query.add(text));
  query.flush();
  CHECK(query.expected() == "32 hex digits were expected");
}

TEST_CASE("lines of standard input are answered as they come; bad ones are reported by number") {
  Built t;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const std::string text = kMd5 + "\n\nnonsense\n" + kMd5 + "\r\n" + std::string(5000, 'a') + "\n";
  REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  std::size_t lines = 0, answers = 0;
  std::vector<std::uint64_t> bad;
  index::Query query(t.index, index::HashType::md5, 0, {}, [&](std::string_view) { ++lines; });
  query.read(
      ends[0], [&] { ++answers; }, [&](std::uint64_t line) { bad.push_back(line); });
  ::close(ends[0]);
  CHECK(lines == 2);
  CHECK(answers >= 1);
  CHECK(bad == std::vector<std::uint64_t>{3, 5});
}

TEST_CASE("an entry is in use when it gives hits in the compiled index, under its own id") {
  Built t;
  const index::InUse in_use = index::in_use_of(t.index);
  const auto bytes = base::from_hex(kMd5).value();
  const auto suspended = base::from_hex(std::string(32, 'b')).value();
  CHECK(in_use("known", index::HashType::md5, bytes, std::nullopt));
  CHECK(in_use("known", index::HashType::md5, bytes, "m"));
  CHECK_FALSE(in_use("known", index::HashType::md5, bytes, "another"));
  CHECK_FALSE(in_use("known", index::HashType::md5, bytes, ""));
  CHECK_FALSE(in_use("another list", index::HashType::md5, bytes, std::nullopt));
  CHECK_FALSE(in_use("known", index::HashType::md5, suspended, std::nullopt));
}

TEST_CASE("a build takes the lists that are named, and columns for one of them") {
  policy::Policy policy;
  policy.lists = {about("first"), about("second")};
  CHECK(index::choose_lists(policy, {}).size() == 2);
  const auto chosen = index::choose_lists(policy, {"second"}, {"md5=Hash", "id=Number"});
  REQUIRE(chosen.size() == 1);
  CHECK(chosen[0].name == "second");
  CHECK(chosen[0].columns ==
        std::map<policy::ListColumn, std::string>{{policy::ListColumn::id, "Number"},
                                                  {policy::ListColumn::md5, "Hash"}});
  CHECK(policy.lists[1].columns.empty());
  CHECK_THROWS_WITH(index::choose_lists(policy, {"third"}),
                    "--list: the list 'third' is not in the policy");
  CHECK_THROWS_WITH(index::choose_lists(policy, {}, {"md5=Hash"}),
                    "--columns: columns are of one list: name it with --list");
  for (const char* word : {"md5", "=Hash", "md5="}) {
    CHECK_THROWS_WITH(index::choose_lists(policy, {"first"}, {word}),
                      "--columns: NAME=HEADER was expected");
  }
  CHECK_THROWS_AS(index::choose_lists(policy, {"first"}, {"colour=Hash"}), base::Error);
}

TEST_CASE("a list that the index has no section of is refused") {
  Built t;
  index::require_lists(t.index, {"known"});
  CHECK_THROWS_WITH(index::require_lists(t.index, {"knwon"}),
                    "--list: the list 'knwon' is not in the index");
}

TEST_CASE("what a build left out is said list by list, and nothing where nothing was") {
  index::BuildReport report;
  report.lists["whole"];
  report.lists["part"].deleted = 2;
  report.lists["part"].unmatchable["photodna"] = 3;
  report.lists["part"].withdrawals_unused = 1;
  const auto remarks = index::remarks_on(report);
  REQUIRE(remarks.size() == 2);
  CHECK_FALSE(remarks[0].warning);
  CHECK(remarks[0].what ==
        "list part: left out: 2 deleted, 3 photodna that nothing here can match");
  CHECK(remarks[1].warning);
  CHECK(remarks[1].where == "list part");
  CHECK(index::remarks_on(index::LeftOut{}).empty());
  index::LeftOut left_out;
  left_out.videos = 4;
  REQUIRE(index::remarks_on(left_out).size() == 1);
  CHECK(index::remarks_on(left_out)[0].what ==
        "csv has no videos: 4 were left out; ndjson has them");
}
