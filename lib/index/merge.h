// Several indexes as one.
#pragma once

#include <filesystem>
#include <span>

#include "index/builder.h"
#include "index/index.h"

namespace proviso::index {

// Lists of the same name become one, told as the newest edition tells it, and verified when all
// are, by the same body; a hash that one of them suspends, or a video of the very same frames, is
// suspended. Error(data) when two lists of one name were made for different purposes.
BuildReport merge(const std::filesystem::path& out, std::span<const Index> from,
                  const crypto::PrivateKey* key, const law::Resolved&, const BuildSettings& = {});

}  // namespace proviso::index
