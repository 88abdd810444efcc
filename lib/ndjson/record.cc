#include "ndjson/record.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "ndjson/elements.h"
#include "ndjson/splice.h"

namespace proviso::ndjson {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kKeptCapacity = 256u
                                      << 10;  // bytes of line; parsing takes some ten times as much

tl::unexpected<base::ItemError> bad_record(std::string message) {
  return base::fail("bad_record", std::move(message));
}

// A few bits of a name, enough to distinguish most pairs of names.
std::uint64_t name_bit(std::string_view name) {
  if (name.empty()) return 1;
  const auto first = static_cast<unsigned char>(name.front());
  const auto last = static_cast<unsigned char>(name.back());
  return std::uint64_t{1} << ((first * 7u + last * 3u + name.size()) & 63u);
}

// True if a member name is there twice. Names are compared as decoded.
bool has_repeated_key(const std::vector<Field>& fields) {
  std::uint64_t seen = 0;
  bool perhaps = false;
  for (const Field& field : fields) {
    const std::uint64_t bit = name_bit(field.key);
    perhaps = perhaps || (seen & bit) != 0;
    seen |= bit;
  }
  if (!perhaps) return false;
  std::vector<std::string_view> names;
  names.reserve(fields.size());
  for (const Field& field : fields) names.push_back(field.key);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

// The element at a dotted path; nullopt when a member on the way is absent.
base::Result<std::optional<dom::element>> walk(dom::object object, std::string_view path) {
  std::string_view rest = path;
  for (;;) {
    const std::size_t dot = rest.find('.');
    dom::element element;
    if (object[rest.substr(0, dot)].get(element) != simdjson::SUCCESS) return std::nullopt;
    if (dot == std::string_view::npos) return element;
    if (element.get(object) != simdjson::SUCCESS) {
      return bad_record(fmt::format("field {}: expected an object",
                                    path.substr(0, path.size() - rest.size() + dot)));
    }
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace

struct Parser::Parsed {
  dom::parser dom{2 * kMaxLineBytes};
  dom::object root;
  std::vector<Field> fields;
};

Parser::Parser() : parsed_(std::make_unique<Parsed>()) {}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

void Parser::shrink() {
  if (parsed_->dom.capacity() > kKeptCapacity) *this = Parser();
}

base::Result<Record> Record::parse(Parser& parser, std::string line) {
  Record record;
  record.line_ = std::move(line);
  // simdjson reads past the end; its bytes must be ours.
  record.line_.reserve(record.line_.size() + simdjson::SIMDJSON_PADDING);
  Parser::Parsed& parsed = *parser.parsed_;
  dom::parser& dom = parsed.dom;
  if (dom.capacity() < record.line_.size()) {
    // Allocated here and not by parse(), which would go back to its own depth.
    const std::size_t capacity = std::max<std::size_t>(record.line_.size(), std::size_t{64} * 1024);
    if (dom.allocate(capacity, kMaxDepth) != simdjson::SUCCESS) {
      return base::fail("bad_record", "line is too large for the memory there is", true);
    }
  }
  dom::element element;
  const simdjson::error_code failure =
      dom.parse(record.line_.data(), record.line_.size(), false).get(element);
  if (failure != simdjson::SUCCESS) {
    if (failure == simdjson::DEPTH_ERROR) {
      return bad_record(fmt::format("nested deeper than {} levels", kMaxDepth));
    }
    return bad_record(fmt::format("not JSON: {}", simdjson::error_message(failure)));
  }
  if (element.get(parsed.root) != simdjson::SUCCESS) {
    return bad_record("not a JSON object");
  }
  parsed.fields.clear();
  for (const auto field : parsed.root) parsed.fields.push_back({field.key, field.value});
  if (has_repeated_key(parsed.fields)) return bad_record("a top-level member is repeated");
  record.parsed_ = &parsed;
  const auto id = record.find("id");
  if (!id || id->get(record.id_) != simdjson::SUCCESS || record.id_.empty() ||
      record.id_.size() > kMaxIdBytes) {
    return bad_record(fmt::format("field id: expected a string of 1 to {} bytes", kMaxIdBytes));
  }
  return record;
}

dom::object Record::root() const { return parsed_->root; }

std::span<const Field> Record::fields() const { return parsed_->fields; }

bool Record::has(std::string_view top_level_key) const { return find(top_level_key).has_value(); }

std::optional<dom::element> Record::find(std::string_view top_level_key) const {
  for (const Field& field : parsed_->fields) {
    if (field.key == top_level_key) return field.value;
  }
  return std::nullopt;
}

std::string Record::text(std::string_view path) const {
  const auto value = string(path);
  return value && *value ? std::string(**value) : std::string();
}

base::Result<std::optional<std::string_view>> Record::string(std::string_view path) const {
  const auto found = walk(parsed_->root, path);
  if (!found) return tl::make_unexpected(found.error());
  if (!*found) return std::nullopt;
  std::string_view value;
  if ((*found)->get(value) != simdjson::SUCCESS) {
    return bad_record(fmt::format("field {}: expected a string", path));
  }
  return value;
}

base::Result<std::optional<std::uint64_t>> Record::unsigned_integer(std::string_view path) const {
  const auto found = walk(parsed_->root, path);
  if (!found) return tl::make_unexpected(found.error());
  if (!*found) return std::nullopt;
  std::uint64_t value = 0;
  if ((*found)->get(value) != simdjson::SUCCESS) {
    return bad_record(fmt::format("field {}: expected an integer, zero or more", path));
  }
  return value;
}

std::string Record::with(std::string_view name, std::string_view value) const {
  return spliced(line_, name, value);
}

}  // namespace proviso::ndjson
