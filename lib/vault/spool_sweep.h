// Files left in the spool: copies made for scanning that nobody scanned in time (ST-01).
#pragma once

#include <filesystem>
#include <vector>

#include "vault/purge.h"

namespace proviso::vault {

struct SpoolFindings {
  std::vector<SpoolLeftover> leftovers;
  std::vector<std::string> unreadable;  // folders that could not be looked into, with the reason
};

// Regular files below `spool` whose modification is `unscanned` or more before `now`. Symbolic
// links are never followed. A file from the future counts from its last change of status. Nothing
// is found when there is no spool.
SpoolFindings find_spool_leftovers(const std::filesystem::path& spool, base::Period unscanned,
                                   base::Instant now);

// Unlinks them beneath `spool`, if they are still the same files; gives how many went.
std::uint64_t remove_spool_leftovers(const std::filesystem::path& spool,
                                     const std::vector<SpoolLeftover>&);

}  // namespace proviso::vault
