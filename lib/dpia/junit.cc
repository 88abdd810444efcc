#include <fmt/core.h>

#include <algorithm>

#include "base/instant.h"
#include "base/utf8.h"
#include "dpia/render_forms.h"

namespace proviso::dpia {
namespace {

// Escapes text or an attribute of XML 1.0, which cannot represent control characters.
std::string xml(std::string_view text) {
  if (base::first_invalid_utf8(text) != std::string_view::npos) return "(not UTF-8)";
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

bool fails(const Finding& finding, bool strict) {
  return finding.level == Level::error || (strict && finding.level == Level::warning);
}

std::string test_case(const Checked& checked, const std::string& check, bool strict,
                      std::size_t& failures) {
  std::string what;
  std::string remarks;
  for (const Finding& finding : checked.findings) {
    if (finding.check != check) continue;
    (fails(finding, strict) ? what : remarks) += text_line(finding, checked.technology);
  }
  const std::string open = fmt::format("    <testcase name=\"{}\" classname=\"dpia.{}\" time=\"0\"",
                                       xml(check), xml(checked.technology));
  if (what.empty() && remarks.empty()) return open + "/>\n";
  if (what.empty())
    return fmt::format("{}><skipped message=\"{}\"/></testcase>\n", open, xml(remarks));
  ++failures;
  return fmt::format("{}><failure type=\"dpia\" message=\"{}\"/></testcase>\n", open, xml(what));
}

std::string suite(const Checked& checked, std::size_t number, bool strict) {
  std::vector<std::string> checks = check_ids();
  for (const Finding& finding : checked.findings) {
    if (std::find(checks.begin(), checks.end(), finding.check) == checks.end())
      checks.push_back(finding.check);
  }
  std::size_t failures = 0;
  std::string cases;
  for (const std::string& check : checks) cases += test_case(checked, check, strict, failures);
  const std::string now = base::to_string(base::now());
  return fmt::format(
      "  <testsuite name=\"{0}\" package=\"dpia\" id=\"{1}\" timestamp=\"{2}\" "
      "hostname=\"localhost\" tests=\"{3}\" failures=\"{4}\" "
      "errors=\"0\" time=\"0\">\n    <properties/>\n{5}    <system-out/>\n    <system-err/>\n  "
      "</testsuite>\n",
      xml(checked.technology), number, now.substr(0, 19), checks.size(), failures, cases);
}

}  // namespace

std::string junit(const std::vector<Checked>& checked, bool strict) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  std::size_t number = 0;
  for (const Checked& each : checked) out += suite(each, number++, strict);
  return out + "</testsuites>\n";
}

}  // namespace proviso::dpia
