#include "index/list.h"

namespace proviso::index {
namespace {

constexpr std::array<std::string_view, 5> kWords{"md5", "sha1", "sha256", "pdq", "vpdq"};

}  // namespace

std::string_view to_string(HashType type) { return kWords[static_cast<std::size_t>(type)]; }

std::optional<HashType> parse_hash_type(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<HashType>(i);
  }
  return std::nullopt;
}

}  // namespace proviso::index
