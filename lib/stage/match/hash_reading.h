// What `match` reads of a record's hash member: the item's own hashes, or those of each leaf of a
// container.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/content_kind.h"
#include "base/error.h"
#include "digest/digest.h"
#include "ndjson/record.h"
#include "pdq/pdq_hash.h"

namespace proviso::stage {

constexpr std::string_view kUnletterboxed = "unletterboxed";

struct PerceptualHash {
  pdq::Hash hash;
  int quality = 0;
  std::string
      transform;  // "", a name of pdq::kDihedralNames other than "original", or kUnletterboxed
  std::optional<std::uint64_t> milliseconds;  // of a frame
};

struct HashedLeaf {
  base::ContentKind kind = base::ContentKind::file;
  std::optional<std::uint64_t> member;  // index of the leaf, of a container
  std::vector<std::pair<digest::Type, std::vector<std::byte>>> digests;
  std::vector<PerceptualHash> perceptual;
};

struct HashedItem {
  std::vector<HashedLeaf>
      leaves;  // of a container its leaves alone: what pins the container is never looked up
  std::optional<base::ItemError> unread;  // of the first leaf that hash could not read
};

// Item error bad_record for a member of another shape.
base::Result<HashedItem> read_hash(const ndjson::Record&);

}  // namespace proviso::stage
