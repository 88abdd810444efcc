// Findings for people and for programs: one form a function, each for a whole run.
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

// What was found of one technology's assessment.
struct Checked {
  std::string technology;
  std::string file;
  std::vector<Finding> findings;
};

struct Summary {
  std::size_t errors = 0, warnings = 0;
  bool met = false;  // no error, and under `strict` no warning
};
Summary summarize(const std::vector<Checked>&, bool strict);

std::string_view to_string(Level);
// One line: "FILE:LINE:COLUMN: error: W6: what (RULE, citation); write: ..."; or one JSON object.
std::string text_line(const Finding&, std::string_view technology);
std::string ndjson_line(const Finding&, std::string_view technology);

std::string render(const std::vector<Checked>&, Format, bool strict);

// The ids of all checks that can find something, in the order of the documents they come from.
std::vector<std::string> check_ids();
// Relative to the working directory when it lies below it, as annotations want it; else as it is.
std::string shown_path(const std::string& file);

}  // namespace proviso::dpia
