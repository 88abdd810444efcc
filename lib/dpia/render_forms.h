// Output for other programs; private to this room.
#pragma once

#include <string>
#include <vector>

#include "dpia/render.h"

namespace proviso::dpia {

std::string sarif(const std::vector<Checked>&);  // SARIF 2.1.0, OASIS
std::string junit(const std::vector<Checked>&,
                  bool strict);  // a suite for each technology, a case for each check
std::string github(const std::vector<Checked>&);  // workflow commands
std::string tap(const std::vector<Checked>&,
                bool strict);  // TAP 14, a point for each technology and check

}  // namespace proviso::dpia
