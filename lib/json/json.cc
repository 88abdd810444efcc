#include "json/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "base/utf8.h"

namespace proviso::json {
namespace {

constexpr int kMaxDepth = 64;
constexpr double kMaxExactInteger = 9007199254740992.0;  // 2^53

// Decodes one code point. The text is valid UTF-8: nlohmann checks it in parse(), we check it in
// canonical().
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) -> char32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const char32_t first = byte(at);
  std::size_t length = 1;
  char32_t point = first;
  if (first >= 0xF0) {
    length = 4;
    point = ((first & 0x07) << 18) | ((byte(at + 1) & 0x3F) << 12) | ((byte(at + 2) & 0x3F) << 6) |
            (byte(at + 3) & 0x3F);
  } else if (first >= 0xE0) {
    length = 3;
    point = ((first & 0x0F) << 12) | ((byte(at + 1) & 0x3F) << 6) | (byte(at + 2) & 0x3F);
  } else if (first >= 0xC0) {
    length = 2;
    point = ((first & 0x1F) << 6) | (byte(at + 1) & 0x3F);
  }
  at += length;
  return point;
}

void append_checked_string(std::string& out, const std::string& text) {
  if (!base::is_utf8(text))
    throw base::Error(base::ExitCode::data, "a string that is not valid UTF-8 has no JSON form");
  append_canonical_string(out, text);
}

void append_canonical(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      out += "null";
      return;
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      return;
    case Json::value_t::string:
      append_checked_string(out, value.get_ref<const std::string&>());
      return;
    case Json::value_t::number_integer: {
      const auto number = value.get<std::int64_t>();
      if (number > (std::int64_t{1} << 53) || number < -(std::int64_t{1} << 53)) {
        throw base::Error(base::ExitCode::software,
                          "a number beyond 2^53 has no canonical form; write it as a string");
      }
      out += fmt::format("{}", number);
      return;
    }
    case Json::value_t::number_unsigned: {
      const auto number = value.get<std::uint64_t>();
      if (number > (std::uint64_t{1} << 53)) {
        throw base::Error(base::ExitCode::software,
                          "a number beyond 2^53 has no canonical form; write it as a string");
      }
      out += fmt::format("{}", number);
      return;
    }
    case Json::value_t::number_float:
      append_canonical_number(out, value.get<double>());
      return;
    case Json::value_t::array: {
      out += '[';
      bool first = true;
      for (const Json& item : value) {
        if (!first) out += ',';
        first = false;
        append_canonical(out, item);
      }
      out += ']';
      return;
    }
    case Json::value_t::object: {
      std::vector<const std::string*> names;
      for (auto it = value.begin(); it != value.end(); ++it) names.push_back(&it.key());
      std::sort(names.begin(), names.end(),
                [](const std::string* a, const std::string* b) { return canonical_less(*a, *b); });
      out += '{';
      bool first = true;
      for (const std::string* name : names) {
        if (!first) out += ',';
        first = false;
        append_checked_string(out, *name);
        out += ':';
        append_canonical(out, value[*name]);
      }
      out += '}';
      return;
    }
    case Json::value_t::binary:
    case Json::value_t::discarded:
      break;
  }
  throw base::Error(base::ExitCode::software, "a value without a canonical form");
}

}  // namespace

Json parse(std::string_view text, std::string_view name) {
  std::vector<std::set<std::string>> open;
  std::string flaw;
  const auto callback = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kMaxDepth && flaw.empty()) flaw = "nested deeper than 64 levels";
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end && !open.empty()) open.pop_back();
    if (event == Json::parse_event_t::key && !open.empty() && flaw.empty()) {
      const auto& key = value.get_ref<const std::string&>();
      if (!open.back().insert(key).second) flaw = "the key '" + key + "' stands twice";
    }
    return flaw.empty();
  };
  // The depth is checked before the parser builds anything, because destroying a deep tree
  // recurses.
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) {
        throw base::Error(base::ExitCode::data, "nested deeper than 64 levels",
                          fmt::format("{}:byte {}", name, i + 1));
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  try {
    Json value = Json::parse(text, callback, true, false);
    if (!flaw.empty()) throw base::Error(base::ExitCode::data, flaw, std::string(name));
    return value;
  } catch (const Json::parse_error& error) {
    throw base::Error(base::ExitCode::data, "not valid JSON",
                      fmt::format("{}:byte {}", name, error.byte));
  } catch (const Json::exception&) {
    throw base::Error(base::ExitCode::data, "a number is out of range", std::string(name));
  }
}

bool canonical_less(std::string_view a, std::string_view b) {
  // UTF-16 order differs from code point order only where a supplementary character meets
  // U+E000..U+FFFF.
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const char32_t x = next_code_point(a, i);
    const char32_t y = next_code_point(b, j);
    if (x == y) continue;
    const auto first_unit = [](char32_t point) {
      return point >= 0x10000 ? 0xD800 + ((point - 0x10000) >> 10) : point;
    };
    return first_unit(x) != first_unit(y) ? first_unit(x) < first_unit(y) : x < y;
  }
  return i >= a.size() && j < b.size();
}

void append_canonical_string(std::string& out, std::string_view utf8) {
  out += '"';
  // Runs of characters that need no escape are copied at once.
  std::size_t plain = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const char c = utf8[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(utf8, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    }
  }
  out.append(utf8, plain, std::string_view::npos);
  out += '"';
}

void append_canonical_number(std::string& out, double value) {
  if (!std::isfinite(value))
    throw base::Error(base::ExitCode::software, "a number that is not finite has no JSON form");
  if (value == 0) {
    out += '0';
    return;
  }
  if (std::trunc(value) == value && std::fabs(value) > kMaxExactInteger &&
      std::fabs(value) < 1e21) {
    throw base::Error(base::ExitCode::software,
                      "a number beyond 2^53 has no canonical form; write it as a string");
  }
  // ECMA-262 Number::toString over the shortest digits that read back as the same double.
  const bool negative = value < 0;
  std::array<char, 32> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                                     std::chars_format::scientific);
  const std::string shortest(buffer.data(), written.ptr);
  const std::size_t e = shortest.find('e');
  const int exponent = std::stoi(shortest.substr(e + 1));
  std::string digits;
  for (const char c : shortest.substr(0, e)) {
    if (c != '.') digits += c;
  }
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;
  if (negative) out += '-';
  if (k <= n && n <= 21) {
    out += digits + std::string(static_cast<std::size_t>(n - k), '0');
  } else if (0 < n && n <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(n)) + "." +
           digits.substr(static_cast<std::size_t>(n));
  } else if (-6 < n && n <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  } else {
    out += digits.substr(0, 1);
    if (k > 1) out += "." + digits.substr(1);
    out += fmt::format("e{}{}", n - 1 >= 0 ? "+" : "-", std::abs(n - 1));
  }
}

std::string canonical(const Json& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

}  // namespace proviso::json
