#include "dpia/render.h"

#include <fmt/core.h>

#include <algorithm>

#include "dpia/questions.h"
#include "dpia/render_forms.h"
#include "json/json.h"

namespace proviso::dpia {
namespace {

json::OrderedJson to_json(const Finding& f, std::string_view technology) {
  json::OrderedJson out = {{"technology", std::string(technology)},
                           {"check", f.check},
                           {"level", std::string(to_string(f.level))}};
  if (!f.file.empty()) out["file"] = f.file;
  if (f.line > 0) {
    out["line"] = f.line;
    out["column"] = f.column;
  }
  out["rule"] = f.rule;
  out["citation"] = f.citation;
  out["what"] = f.what;
  if (!f.write.empty()) out["write"] = f.write;
  return out;
}

std::string json_document(const std::vector<Checked>& checked, bool strict) {
  const Summary summary = summarize(checked, strict);
  json::OrderedJson findings = json::OrderedJson::array();
  json::OrderedJson technologies = json::OrderedJson::array();
  for (const Checked& each : checked) {
    technologies.push_back(
        {{"technology", each.technology}, {"file", each.file}, {"findings", each.findings.size()}});
    for (const Finding& finding : each.findings)
      findings.push_back(to_json(finding, each.technology));
  }
  const json::OrderedJson out = {{"met", summary.met},
                                 {"errors", summary.errors},
                                 {"warnings", summary.warnings},
                                 {"technologies", std::move(technologies)},
                                 {"findings", std::move(findings)}};
  return out.dump(2, ' ', false, json::OrderedJson::error_handler_t::replace) + "\n";
}

template <class Line>
std::string lines(const std::vector<Checked>& checked, const Line& line) {
  std::string out;
  for (const Checked& each : checked) {
    for (const Finding& finding : each.findings) out += line(finding, each.technology);
  }
  return out;
}

}  // namespace

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> names = {"text",  "ndjson", "json", "sarif",
                                                 "junit", "github", "tap"};
  return names;
}

Format parse_format(std::string_view name) {
  const auto& names = format_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw base::Error(base::ExitCode::usage, fmt::format("no format '{}'", name), "--format");
  return static_cast<Format>(found - names.begin());
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::error:
      return "error";
    case Level::warning:
      return "warning";
    case Level::note:
      return "note";
  }
  return "?";
}

Summary summarize(const std::vector<Checked>& checked, bool strict) {
  Summary out;
  for (const Checked& each : checked) {
    for (const Finding& finding : each.findings) {
      out.errors += finding.level == Level::error ? 1u : 0u;
      out.warnings += finding.level == Level::warning ? 1u : 0u;
    }
  }
  out.met = out.errors == 0 && (!strict || out.warnings == 0);
  return out;
}

std::string text_line(const Finding& f, std::string_view technology) {
  const std::string place = f.line > 0       ? fmt::format("{}:{}:{}", f.file, f.line, f.column)
                            : f.file.empty() ? std::string(technology)
                                             : f.file;
  return fmt::format("{}: {}: {}: {} ({}, {}){}{}\n", place, to_string(f.level), f.check, f.what,
                     f.rule, f.citation, f.write.empty() ? "" : "; write: ", f.write);
}

std::string ndjson_line(const Finding& f, std::string_view technology) {
  return to_json(f, technology).dump(-1, ' ', false, json::OrderedJson::error_handler_t::replace) +
         "\n";
}

std::vector<std::string> check_ids() {
  std::vector<std::string> ids;
  for (const Question& each : questions()) {
    if (std::find(ids.begin(), ids.end(), each.check) == ids.end()) ids.emplace_back(each.check);
  }
  return ids;
}

std::string shown_path(const std::string& file) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::current_path(error);
  if (error) return file;
  const std::filesystem::path near = std::filesystem::path(file).lexically_proximate(here);
  return near.empty() || *near.begin() == ".." ? file : near.string();
}

std::string render(const std::vector<Checked>& checked, Format format, bool strict) {
  switch (format) {
    case Format::text:
      return lines(checked, text_line);
    case Format::ndjson:
      return lines(checked, ndjson_line);
    case Format::json:
      return json_document(checked, strict);
    case Format::sarif:
      return sarif(checked);
    case Format::junit:
      return junit(checked, strict);
    case Format::github:
      return github(checked);
    case Format::tap:
      return tap(checked, strict);
  }
  return {};
}

}  // namespace proviso::dpia
