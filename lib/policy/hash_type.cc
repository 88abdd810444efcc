#include "policy/hash_type.h"

namespace proviso::policy {

std::string_view to_string(HashType type) { return base::word_of(kHashTypes, type); }

std::optional<HashType> parse_hash_type(std::string_view word) {
  return base::value_of(kHashTypes, word);
}

}  // namespace proviso::policy
