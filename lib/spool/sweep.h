// Files left in the spool: copies made for scanning that nobody scanned in time (rule ST-01).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/instant.h"
#include "spool/spool.h"

namespace proviso::spool {

struct Leftover {
  Pin file;
  std::uint64_t bytes = 0;
  base::Instant modified;
};

struct Findings {
  std::vector<Leftover> leftovers;      // by path
  std::vector<std::string> unreadable;  // folders that could not be read, each with the reason
};

// Finds regular files below `directory` that were modified `unscanned` or longer before `now`.
// Follows no symbolic link. A file from the future counts from its last change of status. Finds
// nothing if there is no spool.
Findings find_leftovers(const std::filesystem::path& directory, base::Period unscanned,
                        base::Instant now);

// Unlinks those that are still the same files. Returns how many.
std::uint64_t remove_leftovers(const std::filesystem::path& directory,
                               const std::vector<Leftover>&);

}  // namespace proviso::spool
