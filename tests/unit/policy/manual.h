// The manual's pages and the policy's schema, for tests that they name the words that a table has.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.h"
#include "json/json.h"
#include "policy/schema.h"

namespace proviso::policy_test {

inline std::string manual(const std::string& page) {
  return base::read_file(std::filesystem::path(PROVISO_TEST_DATA) / "../../man" / page);
}

// The text from `begin` up to `end`, which must both be there.
inline std::string part_of(const std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin);
  if (from == std::string::npos) return {};
  const std::size_t to = text.find(end, from + begin.size());
  return to == std::string::npos ? std::string() : text.substr(from, to - from);
}

// "hex, digests": the items of a list of the manual, ".It Li word".
inline std::string items_of(const std::string& text) {
  std::string out;
  constexpr std::string_view kItem = "\n.It Li ";
  for (std::size_t at = text.find(kItem); at != std::string::npos; at = text.find(kItem, at + 1)) {
    const std::size_t from = at + kItem.size();
    out += (out.empty() ? "" : ", ") + text.substr(from, text.find('\n', from) - from);
  }
  return out;
}

// "hex, digests": the words of an `enum` of the schema, without null and the empty word.
inline std::string choices(const std::string& pointer) {
  std::string out;
  const json::Json schema = json::parse(policy::schema(), "schema");
  for (const json::Json& each : schema.at(json::Json::json_pointer(pointer))) {
    if (each.is_string() && each != "") out += (out.empty() ? "" : ", ") + each.get<std::string>();
  }
  return out;
}

// True if `word` is in the text and no part of a longer word.
inline bool names(const std::string& text, std::string_view word) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_part(text[at - 1])) && (end == text.size() || !is_part(text[end])))
      return true;
  }
  return false;
}

}  // namespace proviso::policy_test
