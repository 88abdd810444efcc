#include "ndjson/canonical.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "json/json.h"
#include "ndjson/elements.h"

namespace proviso::ndjson {

namespace {

namespace dom = simdjson::dom;

constexpr std::int64_t kLargestExact = std::int64_t{1}
                                       << 53;  // RFC 8785 3.2.2.3: an IEEE double holds it

base::Result<void> append_object(std::string& out, dom::object object, std::string_view without) {
  std::vector<std::pair<std::string_view, dom::element>> members;
  for (const auto field : object) {
    if (!without.empty() && field.key == without) continue;
    members.emplace_back(field.key, field.value);
  }
  const auto less = [](const auto& a, const auto& b) {
    return json::canonical_less(a.first, b.first);
  };
  if (!std::is_sorted(members.begin(), members.end(), less)) {
    std::sort(members.begin(), members.end(), less);
  }
  out += '{';
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i != 0) {
      if (members[i].first == members[i - 1].first) {
        return base::fail("bad_record", "a member is repeated inside an object");
      }
      out += ',';
    }
    json::append_canonical_string(out, members[i].first);
    out += ':';
    // The recursion is as deep as the parser let the line be: kMaxDepth.
    if (auto done = append_canonical(out, members[i].second, {}); !done) return done;
  }
  out += '}';
  return {};
}

base::Result<void> append_array(std::string& out, dom::array array) {
  out += '[';
  bool first = true;
  for (const dom::element element : array) {
    if (!first) out += ',';
    first = false;
    if (auto done = append_canonical(out, element, {}); !done) return done;
  }
  out += ']';
  return {};
}

}  // namespace

base::Result<void> append_canonical(std::string& out, dom::element element,
                                    std::string_view without) {
  switch (element.type()) {
    case dom::element_type::OBJECT:
      return append_object(out, dom::object(element), without);
    case dom::element_type::ARRAY:
      return append_array(out, dom::array(element));
    case dom::element_type::STRING:
      json::append_canonical_string(out, std::string_view(element));
      return {};
    case dom::element_type::INT64: {
      const std::int64_t value(element);
      if (value > kLargestExact || value < -kLargestExact) break;
      out += std::to_string(value);
      return {};
    }
    case dom::element_type::UINT64:
      break;  // simdjson uses it only beyond 2^63
    case dom::element_type::DOUBLE:
      json::append_canonical_number(out, double(element));
      return {};
    case dom::element_type::BOOL:
      out += bool(element) ? "true" : "false";
      return {};
    case dom::element_type::NULL_VALUE:
      out += "null";
      return {};
  }
  return base::fail("bad_record", "a number is beyond 2^53, expected a string");
}

base::Result<std::string> canonical(dom::element element) {
  std::string out;
  if (auto done = append_canonical(out, element, {}); !done)
    return tl::make_unexpected(done.error());
  return out;
}

}  // namespace proviso::ndjson
