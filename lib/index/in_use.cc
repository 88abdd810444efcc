#include "index/in_use.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "digest/digest.h"
#include "pdq/pdq_hash.h"

namespace proviso::index {

namespace {

std::vector<Hit> find(const Index& index, const std::string& list, HashType type,
                      std::span<const std::byte> hash) {
  const std::vector<std::string> lists{list};
  std::vector<Hit> hits;
  if (type == HashType::pdq || type == HashType::vpdq) {
    const pdq::Hash pdq = *pdq::from_hex(base::to_hex(hash));
    std::vector<VideoHit> videos;
    index.find_pdq(pdq, 0, lists, hits);
    if (type == HashType::vpdq) index.find_vpdq(std::span(&pdq, 1), 0, lists, videos);
    hits.insert(hits.end(), videos.begin(), videos.end());
  } else {
    index.find_exact(*digest::parse_type(to_string(type)), hash, lists, hits);
  }
  return hits;
}

}  // namespace

InUse in_use_of(const Index& index) {
  return [&index](const std::string& list, HashType type, std::span<const std::byte> hash,
                  const std::optional<std::string>& id) {
    const std::vector<Hit> hits = find(index, list, type, hash);
    return std::any_of(hits.begin(), hits.end(), [&](const Hit& hit) {
      return !hit.suspended && (!id || (hit.has_id ? hit.entry == *id : id->empty()));
    });
  };
}

}  // namespace proviso::index
