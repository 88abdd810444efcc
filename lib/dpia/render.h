// Writes findings for people and for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpia/dpia.h"

namespace proviso::dpia {

// text: for people. ndjson, json: for programs. sarif: SARIF 2.1.0 (OASIS). junit: the XML of
// JUnit. github: workflow commands of GitHub Actions. tap: TAP version 14.
enum class Format { text, ndjson, json, sarif, junit, github, tap };

const std::vector<std::string>& format_names();
Format parse_format(std::string_view name);  // Error(usage)

// The findings about one technology's assessment.
struct Checked {
  std::string technology;
  std::string file;
  std::vector<Finding> findings;
};

struct Summary {
  std::size_t errors = 0, warnings = 0;
  bool met = false;  // no error; with `strict` no warning either
};
Summary summarize(const std::vector<Checked>&, bool strict);

std::string_view to_string(Level);
// One line: "FILE:LINE:COLUMN: error: W6: what (RULE, citation); write: ..."; or one JSON object.
std::string text_line(const Finding&, std::string_view technology);
std::string ndjson_line(const Finding&, std::string_view technology);

std::string render(const std::vector<Checked>&, Format, bool strict);

// The ids of all checks, in the order of the documents that they are from.
std::vector<std::string> check_ids();
// Relative to the working directory if the file is below it, as annotations need; else unchanged.
std::string shown_path(const std::string& file);

}  // namespace proviso::dpia
