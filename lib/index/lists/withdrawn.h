// The provider's own withdrawals: entries of a list that give no hits, named by hash or by id.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>

#include "index/list.h"

namespace proviso::index::lists {

class Withdrawn {
 public:
  Withdrawn() = default;  // no withdrawals
  // Reads lines "md5 HEX", "sha1 HEX", "sha256 HEX", "pdq HEX" or "id ID", and '#' comments.
  // Error(config) with file:line for any other line.
  explicit Withdrawn(const std::filesystem::path&);

  // True if the entry's id or one of its hashes is withdrawn. Remembers which lines were used.
  bool names(const ListEntry&);
  std::uint64_t unused() const { return unused_; }

 private:
  bool find(const std::string& key);

  std::unordered_map<std::string, bool>
      keys_;  // type word and bytes, or "id" and the id -> was used
  std::uint64_t unused_ = 0;
};

}  // namespace proviso::index::lists
