// The table of lib/law/README.md, which says where each statement and point of the texts is
// enforced, against the sources.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "law/instrument.h"

using namespace proviso;

namespace {

std::filesystem::path source() {
  return std::filesystem::path(PROVISO_TEST_DATA).parent_path().parent_path();
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Row {
  std::string statement, rules, tool, test;
};

// The rows of the tables below a heading.
std::vector<Row> rows_below(const std::string& heading) {
  const std::string text = read(source() / "lib/law/README.md");
  const std::size_t from = text.find("## " + heading);
  REQUIRE(from != std::string::npos);
  const std::size_t to = std::min(text.find("\n## ", from), text.size());
  std::istringstream lines(text.substr(from, to - from));
  std::vector<Row> rows;
  std::string line;
  const std::regex row(R"(\| (.*) \| (.*) \| (.*) \| (.*) \|)");
  std::smatch found;
  while (std::getline(lines, line)) {
    if (std::regex_match(line, found, row) && found[1] != "statement" && found[1] != "point") {
      rows.push_back({found[1], found[2], found[3], found[4]});
    }
  }
  return rows;
}

void check_row(const Row& row) {
  CAPTURE(row.statement);
  const law::Instrument any = law::load("reg-2021-1232");
  const std::regex id("[A-Z]{2}-[0-9]{2}");
  const auto begin = std::sregex_iterator(row.rules.begin(), row.rules.end(), id);
  CHECK(begin != std::sregex_iterator());
  for (auto each = begin; each != std::sregex_iterator(); ++each)
    CHECK_NOTHROW(any.rule(each->str()));
  CHECK_FALSE(row.tool.empty());
  const std::regex name("`([^`]+)`");
  const auto tests = std::sregex_iterator(row.test.begin(), row.test.end(), name);
  CHECK(tests != std::sregex_iterator());
  for (auto each = tests; each != std::sregex_iterator(); ++each) {
    const std::string test = (*each)[1].str();
    const std::filesystem::path path = test.find(".bats") != std::string::npos
                                           ? source() / "tests" / test
                                           : source() / "tests/unit" / (test + ".cc");
    CAPTURE(path.string());
    CHECK(std::filesystem::exists(path));
  }
}

}  // namespace

TEST_CASE(
    "each statement of the Parliament's summaries has rules, an enforcer and a test that exists") {
  const auto rows = rows_below("What the Parliament's summaries say");
  CHECK(rows.size() >= 24);
  for (const Row& row : rows) check_row(row);
}

TEST_CASE(
    "each point of Article 3(1) has rules, an enforcer and a test that exists; none is missing") {
  const auto rows = rows_below("Article 3(1)");
  for (const Row& row : rows) check_row(row);
  for (const std::string point :
       {"(a)(i)", "(a)(ii)", "(a)(iii)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)(i)", "(g)(ii)",
        "(g)(iii)", "(g)(iv)", "(g)(v)", "(g)(vi)", "(g)(vii)", "(h)", "(i)", "(j)"}) {
    CAPTURE(point);
    CHECK(std::any_of(rows.begin(), rows.end(),
                      [&](const Row& row) { return row.statement.find(point) == 0; }));
  }
}
