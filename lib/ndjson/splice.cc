#include "ndjson/splice.h"

#include <fmt/core.h>

#include "json/json.h"

namespace proviso::ndjson {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  json::append_canonical_string(out, text);
  return out;
}

// Without its last brace.
std::string error_member(std::string_view tool, const base::ItemError& error) {
  std::string member = fmt::format("{{\"tool\":{},\"code\":{},\"message\":{}", json_string(tool),
                                   json_string(error.code), json_string(error.message));
  if (!error.rule.empty()) member += fmt::format(",\"rule\":{}", json_string(error.rule));
  if (!error.citation.empty())
    member += fmt::format(",\"citation\":{}", json_string(error.citation));
  return member;
}

}  // namespace

std::string spliced(std::string_view line, std::string_view name, std::string_view value) {
  const std::size_t brace = line.rfind('}');
  std::string out;
  out.reserve(line.size() + name.size() + value.size() + 8);
  out.append(line, 0, brace);
  out += ',';
  json::append_canonical_string(out, name);
  out += ':';
  out += value;
  out.append(line, brace);
  return out;
}

std::string with_error(std::string_view line, std::string_view tool, const base::ItemError& error) {
  return spliced(line, "error", error_member(tool, error) + "}");
}

std::string error_line(std::string_view tool, const base::ItemError& error,
                       std::uint64_t line_number) {
  return fmt::format("{{\"error\":{},\"line\":{}}}}}", error_member(tool, error), line_number);
}

}  // namespace proviso::ndjson
