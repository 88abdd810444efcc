// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace proviso::base {

// The offset of the first byte that is not UTF-8, or npos.
std::size_t first_invalid_utf8(std::string_view);
inline bool is_utf8(std::string_view text) {
  return first_invalid_utf8(text) == std::string_view::npos;
}

}  // namespace proviso::base
