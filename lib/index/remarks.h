// What a person should know of a build or a listing besides its result.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "index/builder.h"
#include "index/listing.h"

namespace proviso::index {

struct Remark {
  bool warning = false;  // else a note
  std::string what;
  std::string where;  // may be empty
};

// What was left out of each list, and withdrawn entries that name nothing.
std::vector<Remark> remarks_on(const BuildReport&);
// What the form had no word for.
std::vector<Remark> remarks_on(const LeftOut&);
// The line of counts of a build; `lists`: how many went into it.
std::string summary_of(const BuildReport&, std::string_view out, std::size_t lists, bool is_signed);

}  // namespace proviso::index
