// Output with one line for each finding or check: GitHub's workflow commands, and TAP.
#include <fmt/core.h>

#include <algorithm>

#include "dpia/render_forms.h"
#include "json/json.h"

namespace proviso::dpia {
namespace {

// Percent-encodes what would end the message or a property of a workflow command.
std::string command_text(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string tap_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '#' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// A YAML block; JSON strings are valid YAML.
std::string diagnostics(const std::vector<const Finding*>& findings, std::string_view technology) {
  std::string out = "  ---\n  findings:\n";
  for (const Finding* finding : findings) {
    std::string line = text_line(*finding, technology);
    line.pop_back();
    out += fmt::format(
        "    - {}\n",
        json::OrderedJson(line).dump(-1, ' ', true, json::OrderedJson::error_handler_t::replace));
  }
  return out + "  ...\n";
}

}  // namespace

std::string github(const std::vector<Checked>& checked) {
  std::string out;
  for (const Checked& each : checked) {
    for (const Finding& f : each.findings) {
      const std::string_view command = f.level == Level::error     ? "error"
                                       : f.level == Level::warning ? "warning"
                                                                   : "notice";
      out += fmt::format("::{} ", command);
      if (!f.file.empty()) out += fmt::format("file={},", command_text(shown_path(f.file), true));
      if (f.line > 0) out += fmt::format("line={},col={},", f.line, f.column);
      out += fmt::format("title={}::{}: {} ({}, {})",
                         command_text(fmt::format("{} {}", f.check, f.rule), true),
                         command_text(each.technology, false), command_text(f.what, false), f.rule,
                         command_text(f.citation, false));
      if (!f.write.empty()) out += fmt::format("; write: {}", command_text(f.write, false));
      out += '\n';
    }
  }
  return out;
}

std::string tap(const std::vector<Checked>& checked, bool strict) {
  std::string points;
  std::size_t number = 0;
  for (const Checked& each : checked) {
    std::vector<std::string> checks = check_ids();
    for (const Finding& finding : each.findings) {
      if (std::find(checks.begin(), checks.end(), finding.check) == checks.end())
        checks.push_back(finding.check);
    }
    for (const std::string& check : checks) {
      std::vector<const Finding*> found;
      bool ok = true;
      for (const Finding& finding : each.findings) {
        if (finding.check != check) continue;
        found.push_back(&finding);
        ok = ok && finding.level != Level::error && !(strict && finding.level == Level::warning);
      }
      points += fmt::format("{} {} - {} {}\n", ok ? "ok" : "not ok", ++number,
                            tap_name(each.technology), tap_name(check));
      if (!found.empty()) points += diagnostics(found, each.technology);
    }
  }
  return fmt::format("TAP version 14\n1..{}\n{}", number, points);
}

}  // namespace proviso::dpia
