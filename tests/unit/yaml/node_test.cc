#include "yaml/node.h"

#include <doctest/doctest.h>

using namespace proviso;

namespace {
std::string flaw(const std::string& text) {
  try {
    yaml::parse(text, "f.yaml");
    return "none";
  } catch (const base::Error& error) {
    return error.what();
  }
}
}  // namespace

TEST_CASE("nodes keep their places") {
  const yaml::Node root = yaml::parse("a: 1\nb:\n  - x\n  - \"y: z\"\nc: {d: true}\ne:\n", "f");
  CHECK(root.find("a")->scalar == "1");
  CHECK(root.find("b")->items[1].scalar == "y: z");
  CHECK(root.find("b")->items[1].quoted);
  CHECK(root.find("b")->items[1].mark.line == 4);
  CHECK(root.find("b")->items[1].mark.column == 5);
  CHECK(root.find("e")->type == yaml::NodeType::null);
  CHECK(root.find("nothing") == nullptr);
}

TEST_CASE("what YAML allows and a configuration does not is refused with its place") {
  CHECK(flaw("a: &x 1\nb: *x").find("f.yaml:1:4: anchors") == 0);
  CHECK(flaw("a: !!str 1").find("f.yaml:1:4: tags") == 0);
  CHECK(flaw("a: 1\na: 2").find("f.yaml:2:1: the key 'a' stands twice") == 0);
  CHECK(flaw("a: 1\n---\nb: 2").find("f.yaml:2:1: a second document") == 0);
  CHECK(flaw("a: [1, 2\nb: 3").find("f.yaml:") == 0);
  CHECK(flaw("? [1]\n: 2").find("a key must be a plain word") != std::string::npos);
  CHECK(flaw("ok: 1\nx: \"\xff\"").find("f.yaml:2:5: not valid UTF-8") == 0);
  CHECK(flaw(std::string("\0a\0:\0 \0001", 8)).find("f.yaml:1:1: not valid UTF-8") ==
        0);  // would pass for UTF-16
  CHECK(flaw("a: \x1B[31m").find("f.yaml:1:4: ") == 0);
  CHECK(flaw("a: 1\n\"a\": 2").find("f.yaml:2:1: the key 'a' stands twice") == 0);
  CHECK(flaw("a: {b: 1, b: 2}").find("the key 'b' stands twice") != std::string::npos);
}

TEST_CASE("size, depth and number of values are bounded") {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(flaw(deep + std::string(40, ' ') + "b: 1").find("nested deeper") != std::string::npos);
  CHECK(flaw(std::string(100'000, '[')).find("brackets") != std::string::npos);
  CHECK(flaw("a: " + std::string(40, '[') + std::string(40, ']')).find("nested deeper") !=
        std::string::npos);
  std::string dashes;
  for (int i = 0; i < 10'000; ++i) dashes += "- ";
  CHECK(flaw(dashes + "x").find("nested deeper") != std::string::npos);
  std::string many = "a: [";
  for (int i = 0; i < 100'001; ++i) many += "1,";
  CHECK(flaw(many + "1]").find("more than 100000") != std::string::npos);
  CHECK(flaw(std::string((4u << 20) + 1, ' ')).find("larger than") != std::string::npos);
}

TEST_CASE("a reader collects every finding") {
  std::vector<base::Finding> findings;
  const yaml::Reader reader("f", findings);
  const yaml::Node root = yaml::parse("a: [1]\nb: maybe\nc: 1.5x\nzzz: 1\n", "f");
  reader.only(root, {"a", "b", "c", "d"});
  reader.require_string(root, "a");
  reader.optional_bool(root, "b");
  reader.optional_number(root, "c");
  reader.require_string(root, "d");
  REQUIRE(findings.size() == 5);
  CHECK(findings[0].where == "f:4:1");
  CHECK(findings[1].where == "f:1:4");
}
