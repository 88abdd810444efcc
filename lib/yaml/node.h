// Strict YAML: one document of bounded size and depth, without aliases, anchors, tags or duplicate
// keys. Each node knows its line and column.
//
// The tree is built from yaml-cpp's events. yaml-cpp's own node builder accepts duplicate keys and
// expands aliases, so it is not used.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace proviso::yaml {

struct Mark {
  int line = 0;    // from 1
  int column = 0;  // from 1
};

enum class NodeType { null, scalar, sequence, map };

struct Member;

// A value type. Copying is deep.
struct Node {
  NodeType type = NodeType::null;
  Mark mark;
  bool quoted = false;  // a scalar in quotes is always a string
  std::string scalar;
  std::vector<Node> items;      // sequence
  std::vector<Member> members;  // map, in file order; keys are scalars

  const Node* find(std::string_view key) const;  // nullptr if absent or not a map
};

struct Member {
  Node key, value;
};

struct Limits {
  std::size_t bytes = 4u << 20;
  int depth = 32;
  std::size_t nodes = 100'000;
};

// Parses `text`. Throws base::Error(config) with "name:line:column" for bad syntax, an exceeded
// limit, an alias, anchor, tag or duplicate key, a second document or invalid UTF-8.
Node parse(std::string_view text, std::string_view name, const Limits& limits = {});

// Reads typed values from a map and collects all findings instead of stopping at the first.
class Reader {
 public:
  Reader(std::string file, std::vector<base::Finding>& findings)
      : file_(std::move(file)), findings_(&findings) {}

  void fail(const Node& at, std::string what) const;  // adds "file:line:column: what"
  std::string place(const Node& at) const;            // "file:line:column"

  // Adds a finding for each key of `map` that is not in `known`, and for a node that is not a map.
  void only(const Node& map, std::initializer_list<std::string_view> known) const;
  // Absent key: nullopt (optional_...) or a finding (require_...). A wrong type is a finding.
  const Node* require(const Node& map, std::string_view key) const;
  std::string require_string(const Node& map, std::string_view key) const;
  std::optional<std::string> optional_string(const Node& map, std::string_view key) const;
  std::string string_or(const Node& map, std::string_view key, std::string_view fallback) const;
  std::optional<bool> optional_bool(const Node& map,
                                    std::string_view key) const;  // true | false only
  std::optional<std::int64_t> optional_int(const Node& map, std::string_view key) const;
  std::optional<double> optional_number(const Node& map, std::string_view key) const;
  std::vector<std::string> strings(
      const Node& map, std::string_view key) const;  // sequence of scalars; absent: empty
  std::string as_string(const Node& scalar, std::string_view what) const;

 private:
  std::string file_;
  std::vector<base::Finding>* findings_;
};

}  // namespace proviso::yaml
