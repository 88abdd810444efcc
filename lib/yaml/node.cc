#include "yaml/node.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>

#include "base/utf8.h"

namespace proviso::yaml {
namespace {

std::string position(std::string_view name, const YAML::Mark& mark) {
  return fmt::format("{}:{}:{}", name, mark.line + 1, mark.column + 1);
}

[[noreturn]] void refuse(std::string_view name, const YAML::Mark& mark, std::string what) {
  throw base::Error(base::ExitCode::config, std::move(what), position(name, mark));
}

// Builds the tree from events, which show anchors, aliases and tags before they are resolved.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view name, const Limits& limits) : name_(name), limits_(limits) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(name_, mark, "a second document; only one is read");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "", anchor);
    add(leaf(NodeType::null, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(name_, mark, "aliases are not read; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    // yaml-cpp gives the tag "!" to quoted scalars and "?" to plain ones.
    Node node = leaf(NodeType::scalar, mark);
    node.quoted = tag == "!";
    node.scalar = value;
    if (!node.quoted && (value == "~" || value == "null" || value.empty()))
      node.type = NodeType::null;
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    push(leaf(NodeType::sequence, mark));
  }
  void OnSequenceEnd() override { pop(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    push(leaf(NodeType::map, mark));
  }
  void OnMapEnd() override { pop(); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    refuse(name_, mark, "anchors are not read");
  }

  Node take() { return std::move(root_); }
  bool empty() const { return documents_ == 0; }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;
    std::set<std::string, std::less<>> names;  // of a map; searching its members would be quadratic
  };

  static Node leaf(NodeType type, const YAML::Mark& mark) {
    Node node;
    node.type = type;
    node.mark = {mark.line + 1, mark.column + 1};
    return node;
  }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) refuse(name_, mark, "anchors are not read");
    if (!tag.empty() && tag != "!" && tag != "?") refuse(name_, mark, "tags are not read");
    if (++nodes_ > limits_.nodes)
      refuse(name_, mark, fmt::format("more than {} values", limits_.nodes));
  }

  void push(Node node) {
    if (static_cast<int>(stack_.size()) >= limits_.depth) {
      throw base::Error(base::ExitCode::config,
                        fmt::format("nested deeper than {} levels", limits_.depth),
                        fmt::format("{}:{}:{}", name_, node.mark.line, node.mark.column));
    }
    stack_.push_back({std::move(node), std::nullopt, {}});
  }

  void pop() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = stack_.back();
    if (parent.node.type == NodeType::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      const std::string place = fmt::format("{}:{}:{}", name_, node.mark.line, node.mark.column);
      if (node.type != NodeType::scalar)
        throw base::Error(base::ExitCode::config, "a key must be a plain word", place);
      if (!parent.names.insert(node.scalar).second) {
        throw base::Error(base::ExitCode::config,
                          fmt::format("the key '{}' stands twice", node.scalar), place);
      }
      parent.key = std::move(node);
    } else {
      parent.node.members.push_back({std::move(*parent.key), std::move(node)});
      parent.key.reset();
    }
  }

  std::string name_;
  Limits limits_;
  std::vector<Open> stack_;
  Node root_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

// The offset of the first byte that a document must not have: one that is not UTF-8, or a control
// character other than tab and line ends (YAML 1.2, 5.1). After a NUL, yaml-cpp would also read the
// rest as UTF-16.
std::size_t first_refused_byte(std::string_view text) {
  const std::size_t invalid = base::first_invalid_utf8(text);
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
  return control == text.end()
             ? invalid
             : std::min(invalid, static_cast<std::size_t>(control - text.begin()));
}

// yaml-cpp parses flow collections by recursion, so brackets are counted before it sees them.
void bound_brackets(std::string_view text, std::string_view name, const Limits& limits) {
  int depth = 0;
  int line = 1;
  int column = 0;
  for (const char c : text) {
    ++column;
    if (c == '\n') {
      ++line;
      column = 0;
    } else if (c == '[' || c == '{') {
      // Brackets inside strings count too. That makes the limit stricter, but it is far above what
      // any document of ours has.
      if (++depth > 64 * limits.depth)
        throw base::Error(base::ExitCode::config, "too many open brackets",
                          fmt::format("{}:{}:{}", name, line, column));
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name.scalar == key) return &value;
  }
  return nullptr;
}

Node parse(std::string_view text, std::string_view name, const Limits& limits) {
  if (text.size() > limits.bytes) {
    throw base::Error(base::ExitCode::config, fmt::format("larger than {} bytes", limits.bytes),
                      fmt::format("{}:1:1", name));
  }
  if (const std::size_t at = first_refused_byte(text); at != std::string_view::npos) {
    const auto before = text.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = newline == std::string_view::npos ? at + 1 : at - newline;
    throw base::Error(base::ExitCode::config, "not valid UTF-8, or a control character",
                      fmt::format("{}:{}:{}", name, line, column));
  }
  bound_brackets(text, name, limits);
  Builder builder(name, limits);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::ParserException& error) {
    refuse(name, error.mark, error.msg);
  }
  return builder.take();
}

std::string Reader::place(const Node& at) const {
  return fmt::format("{}:{}:{}", file_, at.mark.line, at.mark.column);
}
void Reader::fail(const Node& at, std::string what) const {
  findings_->push_back({place(at), std::move(what)});
}

void Reader::only(const Node& map, std::initializer_list<std::string_view> known) const {
  if (map.type != NodeType::map) {
    fail(map, "a map was expected");
    return;
  }
  for (const auto& [key, value] : map.members) {
    if (std::find(known.begin(), known.end(), key.scalar) == known.end())
      fail(key, fmt::format("unknown key '{}'", key.scalar));
  }
}

const Node* Reader::require(const Node& map, std::string_view key) const {
  const Node* const value = map.find(key);
  if (value == nullptr || value->type == NodeType::null) {
    fail(value != nullptr ? *value : map, fmt::format("the key '{}' is missing", key));
    return nullptr;
  }
  return value;
}

std::string Reader::as_string(const Node& scalar, std::string_view what) const {
  if (scalar.type != NodeType::scalar) {
    fail(scalar, fmt::format("{}: a single value was expected", what));
    return {};
  }
  return scalar.scalar;
}

std::string Reader::require_string(const Node& map, std::string_view key) const {
  const Node* const value = require(map, key);
  return value == nullptr ? std::string() : as_string(*value, key);
}

std::optional<std::string> Reader::optional_string(const Node& map, std::string_view key) const {
  const Node* const value = map.find(key);
  if (value == nullptr || value->type == NodeType::null) return std::nullopt;
  if (value->type != NodeType::scalar) {
    fail(*value, fmt::format("{}: a single value was expected", key));
    return std::nullopt;
  }
  return value->scalar;
}

std::string Reader::string_or(const Node& map, std::string_view key,
                              std::string_view fallback) const {
  return optional_string(map, key).value_or(std::string(fallback));
}

std::optional<bool> Reader::optional_bool(const Node& map, std::string_view key) const {
  const Node* const value = map.find(key);
  if (value == nullptr || value->type == NodeType::null) return std::nullopt;
  if (value->type == NodeType::scalar && !value->quoted && value->scalar == "true") return true;
  if (value->type == NodeType::scalar && !value->quoted && value->scalar == "false") return false;
  fail(*value, fmt::format("{}: true or false was expected", key));
  return std::nullopt;
}

std::optional<std::int64_t> Reader::optional_int(const Node& map, std::string_view key) const {
  const Node* const value = map.find(key);
  if (value == nullptr || value->type == NodeType::null) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = value->scalar.data() + value->scalar.size();
  const auto [at, error] = std::from_chars(value->scalar.data(), end, number);
  if (value->type != NodeType::scalar || value->quoted || error != std::errc() || at != end) {
    fail(*value, fmt::format("{}: a whole number was expected", key));
    return std::nullopt;
  }
  return number;
}

std::optional<double> Reader::optional_number(const Node& map, std::string_view key) const {
  const Node* const value = map.find(key);
  if (value == nullptr || value->type == NodeType::null) return std::nullopt;
  double number = 0;
  const char* const end = value->scalar.data() + value->scalar.size();
  const auto [at, error] = std::from_chars(value->scalar.data(), end, number);
  if (value->type != NodeType::scalar || value->quoted || error != std::errc() || at != end) {
    fail(*value, fmt::format("{}: a number was expected", key));
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> Reader::strings(const Node& map, std::string_view key) const {
  const Node* const value = map.find(key);
  if (value == nullptr || value->type == NodeType::null) return {};
  if (value->type != NodeType::sequence) {
    fail(*value, fmt::format("{}: a list was expected", key));
    return {};
  }
  std::vector<std::string> result;
  for (const Node& item : value->items) result.push_back(as_string(item, key));
  return result;
}

}  // namespace proviso::yaml
