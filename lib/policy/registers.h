// The registers of bodies that may receive reports: organisations acting in the public interest,
// and authorities.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"

namespace proviso::yaml {
struct Node;
}

namespace proviso::policy {

namespace fs = std::filesystem;

class Fields;

struct Organisation {
  std::string id, name, country;  // an ISO 3166-1 alpha-2 code, or EU
  base::Date from;
  std::optional<base::Date> to;
  fs::path certificate;
  bool public_register = false;
  bool authority = false;
  std::string transfer_ground;  // of a body outside the EEA
};

// Reads a register, a list of {id, name, country, from, to, certificate, public_register,
// transfer_ground}.
std::vector<Organisation> read_register(const Fields&, const yaml::Node& root, bool authorities);

}  // namespace proviso::policy
