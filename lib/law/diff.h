// The differences of two texts: parameters first, then rules.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "law/instrument.h"

namespace proviso::law {

// The parameters of a text by name, as words, in a fixed order ("retention_max", "P12M").
std::vector<std::pair<std::string, std::string>> parameters(const Instrument&);

struct Difference {
  std::string what;  // parameter name, or rule id
  std::string a, b;  // as words; "no such rule" where a rule does not apply
};

// The differences of parameters and of rules: whether a rule applies, its sentence, parameter,
// severity and who attests it. Citations always differ and are not compared.
std::vector<Difference> diff(const Instrument& a, const Instrument& b);

}  // namespace proviso::law
