#include <fmt/core.h>

#include <map>

#include "dpia/questions.h"
#include "dpia/render_forms.h"
#include "json/json.h"

namespace proviso::dpia {
namespace {

// Percent-encodes all but unreserved characters and the slashes of the path (RFC 3986).
std::string uri_of(const std::string& path) {
  std::string out = path.rfind('/', 0) == 0 ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

json::OrderedJson text(std::string what) { return {{"text", std::move(what)}}; }

json::OrderedJson location(const Finding& finding) {
  json::OrderedJson place = {{"artifactLocation", {{"uri", uri_of(shown_path(finding.file))}}}};
  if (finding.line > 0) {
    place["region"] = {{"startLine", finding.line}};
    if (finding.column > 0) place["region"]["startColumn"] = finding.column;
  }
  return {{"physicalLocation", std::move(place)}};
}

// A rule of SARIF is one of our checks.
json::OrderedJson rule(const std::string& id, const Finding& first) {
  json::OrderedJson out = {
      {"id", id}, {"shortDescription", text(fmt::format("{} ({})", first.rule, first.citation))}};
  for (const Question& each : questions()) {
    if (each.check != id) continue;
    out["help"] = text(fmt::format("{}: {}", each.key, each.write));
    break;
  }
  out["properties"] = {{"rule", first.rule}, {"citation", first.citation}};
  return out;
}

}  // namespace

std::string sarif(const std::vector<Checked>& checked) {
  json::OrderedJson rules = json::OrderedJson::array();
  json::OrderedJson results = json::OrderedJson::array();
  std::map<std::string, std::size_t> places;
  for (const Checked& each : checked) {
    for (const Finding& finding : each.findings) {
      const auto added = places.emplace(finding.check, rules.size());
      if (added.second) rules.push_back(rule(finding.check, finding));
      std::string message = fmt::format("{}: {} ({}, {})", each.technology, finding.what,
                                        finding.rule, finding.citation);
      if (!finding.write.empty()) message += fmt::format("; write: {}", finding.write);
      json::OrderedJson result = {{"ruleId", finding.check},
                                  {"ruleIndex", added.first->second},
                                  {"level", std::string(to_string(finding.level))},
                                  {"message", text(std::move(message))}};
      if (!finding.file.empty())
        result["locations"] = json::OrderedJson::array({location(finding)});
      results.push_back(std::move(result));
    }
  }
  json::OrderedJson run = {{"tool",
                            {{"driver",
                              {{"name", "proviso dpia-check"},
                               {"version", PROVISO_VERSION},
                               {"rules", std::move(rules)}}}}},
                           {"columnKind", "utf16CodeUnits"},
                           {"results", std::move(results)}};
  const json::OrderedJson out = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                                 {"version", "2.1.0"},
                                 {"runs", json::OrderedJson::array({std::move(run)})}};
  return out.dump(2, ' ', false, json::OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace proviso::dpia
