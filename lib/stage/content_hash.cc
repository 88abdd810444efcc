#include "stage/content_hash.h"

#include "base/bytes.h"

namespace proviso::stage {

base::Result<base::DetectedKind> kind_of(int fd) { return base::detect_kind_of(fd); }

base::Result<ContentHash> hash_content(int fd, const base::DetectedKind& kind, const ContentWanted& wanted,
                                       media::Decoder& decoder) {
  ContentHash result;
  result.kind = kind;
  auto digests = digest::of_file(fd, wanted.digests);
  if (!digests) return tl::make_unexpected(std::move(digests.error()));
  result.digests = *digests;
  if (wanted.pdq && kind.kind == base::ContentKind::image) {
    auto decoded = decoder.hash_image(fd);
    if (!decoded) return tl::make_unexpected(std::move(decoded.error()));
    result.image = std::move(*decoded);
  }
  return result;
}

json::Json to_json(const ContentHash& content) {
  json::Json out{{"bytes", content.digests.bytes}, {"kind", base::to_string(content.kind.kind)}};
  if (content.digests.md5) out["md5"] = base::to_hex(*content.digests.md5);
  if (content.digests.sha1) out["sha1"] = base::to_hex(*content.digests.sha1);
  if (content.digests.sha256) out["sha256"] = base::to_hex(*content.digests.sha256);
  if (content.image) {
    out["pdq"] = pdq::to_hex(content.image->pdq.hash);
    out["pdq_quality"] = content.image->pdq.quality;
    out["by"] = content.image->by;
  }
  return out;
}

}  // namespace proviso::stage
