// Claims of enforcement against what is there: the tools that each rule names (checked_by), and the
// tables of lib/law/README.md, which say where each statement and point of the texts is enforced.
#include <doctest/doctest.h>

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "law/instrument.h"
#include "law/rule_ids.h"

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

// Ids of rules in `text`.
std::set<std::string> ids_in(const std::string& text) {
  const std::regex id("[A-Z]{2}-[0-9]{2}");
  std::set<std::string> out;
  for (auto each = std::sregex_iterator(text.begin(), text.end(), id);
       each != std::sregex_iterator(); ++each)
    out.insert(each->str());
  return out;
}

// The text from `begin` to the next `end`, or to the end of all.
std::string part_of(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  CAPTURE(begin);
  REQUIRE(from != std::string::npos);
  return text.substr(from, std::min(text.find(end, from), text.size()) - from);
}

constexpr std::string_view kNoneYet = "none yet";

// What `program --help` prints; it must end with exit 0.
std::string help_of(const std::filesystem::path& program) {
  const std::string command = "'" + program.native() + "' --help";
  CAPTURE(command);
  FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  std::array<char, 4096> part{};
  for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
    out.append(part.data(), n);
  const int status = pclose(pipe);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  return out;
}

// The first words of the indented lines below `heading`, up to a blank line or the end.
std::set<std::string> names_below(const std::string& help, std::string_view heading) {
  std::set<std::string> names;
  std::istringstream lines(help);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(heading) == 0) {
      inside = true;
    } else if (inside && line.substr(0, 2) != "  ") {
      inside = false;
    } else if (inside && line[2] != ' ') {
      names.insert(line.substr(2, line.find(' ', 2) - 2));
    }
  }
  return names;
}

using Tools = std::map<std::string, std::set<std::string>>;

// The tools that the front door lists, each with its sub-commands.
Tools tools_there() {
  const std::filesystem::path tools = PROVISO_EXEC_DIR;
  Tools out;
  for (const std::string& tool : names_below(help_of(tools / "../../bin/proviso"), "tools:"))
    out[tool] = names_below(help_of(tools / tool), "Subcommands:");
  return out;
}

// "scope-check, law oversee": each part a tool, or a tool and one of its sub-commands. A tool that
// has sub-commands is never named alone.
std::vector<std::string> parts_of(const std::string& checked_by) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= checked_by.size();) {
    const std::size_t comma = std::min(checked_by.find(", ", from), checked_by.size());
    parts.push_back(checked_by.substr(from, comma - from));
    from = comma + 2;
  }
  return parts;
}

bool is_there(const Tools& tools, const std::string& part) {
  const std::size_t space = part.find(' ');
  const auto found = tools.find(part.substr(0, space));
  if (found == tools.end()) return false;
  if (space == std::string::npos) return found->second.empty();
  return found->second.count(part.substr(space + 1)) != 0;
}

// `services[].user_notice`: a field of the policy or of an instrument, by its last name.
// `Resolved::ceiling`: a function of instrument.h.
bool is_field(const std::string& words) {
  const std::size_t last = words.find_last_of(".:");
  const std::string name = last == std::string::npos ? words : words.substr(last + 1);
  if (words.find("::") != std::string::npos)
    return read(source() / "lib/law/instrument.h").find(" " + name + "(") != std::string::npos;
  for (const char* schema : {"lib/policy/schema/policy.json", "lib/law/schema/instrument.json"}) {
    if (read(source() / schema).find("\"" + name + "\"") != std::string::npos) return true;
  }
  return false;
}

void check_row(const Row& row, const Tools& tools) {
  CAPTURE(row.statement);
  const law::Instrument any = law::load("reg-2021-1232");
  const std::regex id("[A-Z]{2}-[0-9]{2}");
  const auto begin = std::sregex_iterator(row.rules.begin(), row.rules.end(), id);
  CHECK(begin != std::sregex_iterator());
  for (auto each = begin; each != std::sregex_iterator(); ++each)
    CHECK_NOTHROW(any.rule(each->str()));
  const std::regex name("`([^`]+)`");
  CHECK((row.tool.find('`') != std::string::npos || row.tool == "information" ||
         row.tool == kNoneYet));
  for (auto each = std::sregex_iterator(row.tool.begin(), row.tool.end(), name);
       each != std::sregex_iterator(); ++each)
    CHECK_MESSAGE((is_there(tools, (*each)[1].str()) || is_field((*each)[1].str())),
                  (*each)[1].str());
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

TEST_CASE("each rule that applies names tools and sub-commands that exist, or says: none yet") {
  const auto tools = tools_there();
  CHECK(tools.size() >= 13);
  CHECK(is_there(tools, "scope-check"));
  CHECK(is_there(tools, "report annual"));
  CHECK_FALSE(is_there(tools, "report"));
  CHECK_FALSE(is_there(tools, "report nothing"));
  CHECK_FALSE(is_there(tools, "nothing"));
  for (const std::string_view id : law::built_in_ids()) {
    for (const law::Rule& rule : law::load(id).rules) {
      CAPTURE(id);
      CAPTURE(rule.id);
      CAPTURE(rule.checked_by);
      if (rule.checked_by == kNoneYet) continue;
      // A condition of processing is checked, or is said not to be.
      if (rule.checked_by.empty()) {
        CHECK_FALSE((rule.applies && rule.severity == law::Severity::error));
        continue;
      }
      CHECK(rule.applies);
      for (const std::string& part : parts_of(rule.checked_by)) CHECK(is_there(tools, part));
    }
  }
}

TEST_CASE("a rule is checked by the same tools under each text that has it") {
  std::map<std::string, std::string> first;
  for (const std::string_view id : law::built_in_ids()) {
    for (const law::Rule& rule : law::load(id).rules) {
      if (!rule.applies) continue;
      CAPTURE(id);
      CAPTURE(rule.id);
      CHECK(first.emplace(rule.id, rule.checked_by).first->second == rule.checked_by);
    }
  }
}

TEST_CASE("the rules that nothing checks yet are those that lib/law/README.md lists") {
  std::set<std::string> unchecked;
  for (const std::string_view id : law::built_in_ids()) {
    for (const law::Rule& rule : law::load(id).rules)
      if (rule.checked_by == kNoneYet) unchecked.insert(rule.id);
  }
  const std::string section =
      part_of(read(source() / "lib/law/README.md"), "## What nothing checks yet", "\n## ");
  std::set<std::string> listed;
  const std::regex row(R"(\n\| ([A-Z]{2}-[0-9]{2}) \|)");
  for (auto each = std::sregex_iterator(section.begin(), section.end(), row);
       each != std::sregex_iterator(); ++each)
    listed.insert((*each)[1].str());
  CHECK(listed == unchecked);
}

// A test of what enforces a rule names the rule. Which rules have none is a list that must get
// shorter: a test that names a rule of it takes the rule off the list.
TEST_CASE("the rules that no test names, and those that only tests of the data name, are listed") {
  std::set<std::string> named, named_of_data;
  for (const auto& each : std::filesystem::recursive_directory_iterator(source() / "tests")) {
    const std::string kind = each.path().extension();
    if (kind != ".cc" && kind != ".h" && kind != ".bats") continue;
    if (each.path().filename() == "coverage_test.cc") continue;
    const bool of_data = each.path().parent_path().filename() == "law";
    (of_data ? named_of_data : named).merge(ids_in(read(each.path())));
  }
  std::set<std::string> of_data_alone, of_none;
  for (const std::string_view rule : law::kRuleIds) {
    const std::string id(rule);
    if (named.count(id) != 0) continue;
    (named_of_data.count(id) != 0 ? of_data_alone : of_none).insert(id);
  }
  const std::string text = read(source() / "lib/law/README.md");
  CHECK(ids_in(part_of(text, "- only in tests of the data:", ";")) == of_data_alone);
  CHECK(ids_in(part_of(text, "- in no test:", "\n\n")) == of_none);
  const std::size_t all = law::kRuleIds.size();
  const std::size_t driven = all - of_data_alone.size() - of_none.size();
  MESSAGE(driven, " of ", all, " rules are driven by a test, ", of_data_alone.size(),
          " are in tests of the data alone, ", of_none.size(), " in none");
}

TEST_CASE(
    "each statement of the Parliament's summaries has rules, an enforcer and a test that exists") {
  const auto rows = rows_below("What the Parliament's summaries say");
  CHECK(rows.size() >= 24);
  const Tools tools = tools_there();
  for (const Row& row : rows) check_row(row, tools);
}

TEST_CASE(
    "each point of Article 3(1) has rules, an enforcer and a test that exists; none is missing") {
  const auto rows = rows_below("Article 3(1)");
  const Tools tools = tools_there();
  for (const Row& row : rows) check_row(row, tools);
  for (const std::string point :
       {"(a)(i)", "(a)(ii)", "(a)(iii)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)(i)", "(g)(ii)",
        "(g)(iii)", "(g)(iv)", "(g)(v)", "(g)(vi)", "(g)(vii)", "(h)", "(i)", "(j)"}) {
    CAPTURE(point);
    CHECK(std::any_of(rows.begin(), rows.end(),
                      [&](const Row& row) { return row.statement.find(point) == 0; }));
  }
}
