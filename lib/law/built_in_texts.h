// The instruments that were compiled in, as YAML text; made by embed.cmake.
#pragma once

#include <string_view>
#include <vector>

namespace proviso::law {

struct BuiltInText {
  std::string_view id;  // the file's name without ".yaml"
  std::string_view text;
};

const std::vector<BuiltInText>& built_in_texts();

}  // namespace proviso::law
