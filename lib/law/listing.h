// Texts and rules for people (tables) and for programs (JSON), as `proviso law` prints them.
#pragma once

#include <string>
#include <vector>

#include "json/json_fwd.h"
#include "law/calendar.h"
#include "law/diff.h"
#include "law/instrument.h"

namespace proviso::law {

json::OrderedJson to_json(const Rule&);
json::OrderedJson to_json(const Instrument&);  // parameters and all rules
json::OrderedJson to_json(const std::vector<Span>&);
json::OrderedJson to_json(const std::vector<Difference>&);
json::OrderedJson list_json(const std::vector<Instrument>&);  // without rules

std::string list_table(const std::vector<Instrument>&);
std::string show_table(const Instrument&);
std::string calendar_table(const std::vector<Span>&);
std::string diff_table(const Instrument& a, const Instrument& b, const std::vector<Difference>&);

}  // namespace proviso::law
