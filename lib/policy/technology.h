// Technologies: what the provider looks for, by which method, on which services.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/content_kind.h"
#include "base/instant.h"
#include "base/words.h"
#include "policy/method.h"

namespace proviso::policy {

namespace fs = std::filesystem;

// What a technology looks for, and the class of its hits.
enum class Purpose { known_csam, new_csam, solicitation };

constexpr std::array<base::Word<Purpose>, 3> kPurposes{{{Purpose::known_csam, "known-csam"},
                                                        {Purpose::new_csam, "new-csam"},
                                                        {Purpose::solicitation, "solicitation"}}};

std::string_view to_string(Purpose);

struct Technology {
  std::string name, version;
  Purpose purpose = Purpose::known_csam;
  Method method;
  std::set<base::ContentKind> content;
  std::vector<std::string> services;
  std::optional<base::Date> first_used;  // absent: not yet
  // By any provider in the Union, with evidence; absent: the technology is new.
  std::optional<base::Date> first_used_by_any;
  std::string first_used_evidence;
  fs::path dpia;
  std::vector<std::string> lists;

  // The method's parameters, or nullptr when it is another method.
  template <class Kind>
  const Kind* as() const {
    return std::get_if<Kind>(&method);
  }
};

}  // namespace proviso::policy
