// Merges several indexes into one.
#pragma once

#include <filesystem>
#include <span>

#include "index/builder.h"
#include "index/index.h"

namespace proviso::index {

// Lists of the same name become one, with the description of the newest edition. It is verified if
// all of them are, by the same body. A hash that one of them suspends is suspended, and so is a
// video with the same frames as a suspended one. Error(data) if two lists of one name have
// different purposes.
BuildReport merge(const std::filesystem::path& out, std::span<const Index> from,
                  const crypto::PrivateKey* key, const law::Resolved&, const BuildSettings& = {});

}  // namespace proviso::index
