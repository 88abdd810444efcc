#include "base/utf8.h"

namespace proviso::base {

std::size_t first_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto at = [&](std::size_t k) {
      return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u;
    };
    const unsigned first = at(i);
    std::size_t length = 1;
    if (first >= 0x80) {
      if (first >= 0xC2 && first <= 0xDF)
        length = 2;
      else if (first >= 0xE0 && first <= 0xEF)
        length = 3;
      else if (first >= 0xF0 && first <= 0xF4)
        length = 4;
      else
        return i;
      // The range of the second byte is narrower where the first byte alone would allow an overlong
      // form or a surrogate.
      const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
      const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
      if (at(i + 1) < low || at(i + 1) > high) return i;
      for (std::size_t k = 2; k < length; ++k) {
        if (at(i + k) < 0x80 || at(i + k) > 0xBF) return i;
      }
    }
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace proviso::base
