#include "dpia/render.h"

#include <fmt/format.h>

#include "json/json.h"

namespace proviso::dpia {

std::string_view to_string(Level level) {
  switch (level) {
    case Level::error: return "error";
    case Level::warning: return "warning";
    case Level::note: return "note";
  }
  return "?";
}

std::string render(const Finding& f, std::string_view technology, Format format) {
  if (format == Format::text) {
    const std::string place = f.line > 0 ? fmt::format("{}:{}:{}", f.file, f.line, f.column) : f.file.empty() ? std::string(technology) : f.file;
    return fmt::format("{}: {}: {}: {} ({}, {}){}{}\n", place, to_string(f.level), f.check, f.what, f.rule, f.citation,
                       f.write.empty() ? "" : "; write: ", f.write);
  }
  json::OrderedJson out = {{"technology", std::string(technology)}, {"check", f.check}, {"level", std::string(to_string(f.level))}};
  if (!f.file.empty()) out["file"] = f.file;
  if (f.line > 0) {
    out["line"] = f.line;
    out["column"] = f.column;
  }
  out["rule"] = f.rule;
  out["citation"] = f.citation;
  out["what"] = f.what;
  if (!f.write.empty()) out["write"] = f.write;
  return out.dump(-1, ' ', false, json::OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace proviso::dpia
