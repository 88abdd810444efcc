// What the commands of `index` answer, as JSON. Each text ends with a line feed; text that a list
// had in another encoding than UTF-8 is shown with replacement characters.
#pragma once

#include <string>
#include <string_view>

#include "index/index.h"
#include "index/index_diff.h"
#include "index/quality.h"

namespace proviso::index {

// On many lines: sections and digest; the findings about lists.
std::string info_text(const Index&);
std::string report_text(const QualityReport&);
// One line each.
std::string hit_line(std::string_view hash, const Hit&, std::string_view index_digest);
std::string change_line(const Change&);
std::string section_line(const SectionDiff&);
std::string pair_line(const Hit& first, const Hit& second);

}  // namespace proviso::index
