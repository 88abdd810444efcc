// The types of hashes in lists and methods.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/words.h"

namespace proviso::policy {

// vpdq: the PDQ hashes of a video's frames.
enum class HashType : std::uint8_t { md5, sha1, sha256, pdq, vpdq };

constexpr std::array<base::Word<HashType>, 5> kHashTypes{{{HashType::md5, "md5"},
                                                          {HashType::sha1, "sha1"},
                                                          {HashType::sha256, "sha256"},
                                                          {HashType::pdq, "pdq"},
                                                          {HashType::vpdq, "vpdq"}}};
// Digests of a file, for method exact.
constexpr std::array<base::Word<HashType>, 3> kDigestTypes{
    {kHashTypes[0], kHashTypes[1], kHashTypes[2]}};
// The types that `lists[].type` may declare.
constexpr std::array<base::Word<HashType>, 4> kListTypes{
    {kHashTypes[0], kHashTypes[1], kHashTypes[2], kHashTypes[3]}};

std::string_view to_string(HashType);
std::optional<HashType> parse_hash_type(std::string_view);

}  // namespace proviso::policy
