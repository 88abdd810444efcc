// The questions of a DPIA: sections of the EDPB template (v1.0, March 2026), checks W1 to W24 of
// WP248 rev.01 Annex 2, and D1 to D14, which Art. 3 of the derogation adds. One table feeds reader,
// checks, template and example.
#pragma once

#include <string_view>
#include <vector>

namespace proviso::dpia {

struct Question {
  std::string_view key;    // "section.key", or "risks.EVENT.key"
  std::string_view check;  // W1..W24, D1..D14, or a section of the template
  std::string_view rule;   // of lib/law
  std::string_view citation;
  std::string_view write;    // what to write there
  std::string_view example;  // {provider}, {technology}, {services}, {authority}, {confirmed},
                             // {contact}: from the policy
  bool warning = false;      // a missing answer is a warning, not an error
};

struct Section {
  std::string_view name, title;  // title: number and name in the EDPB template
};

const std::vector<Section>& sections();
const std::vector<Question>& questions();

constexpr std::string_view kPlaceholder = "FILL IN";
// True for text that is still to be written: FILL IN, TODO, TBD, an ellipsis, angle brackets, only
// punctuation.
bool is_placeholder(std::string_view text);

}  // namespace proviso::dpia
