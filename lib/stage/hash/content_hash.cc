#include "stage/hash/content_hash.h"

#include <algorithm>

#include "base/bytes.h"
#include "json/json.h"

namespace proviso::stage {
namespace {

using base::ContentKind;
using json::Json;

bool is_container(ContentKind kind) {
  return kind == ContentKind::archive || kind == ContentKind::mail;
}

bool needs_worker(ContentKind kind, const ContentWanted& all) {
  const media::Wanted& wanted = all.decoded;
  switch (kind) {
    case ContentKind::image:
      return wanted.pdq || wanted.frames;
    case ContentKind::video:
      return wanted.frames;
    default:
      return all.decode_containers && is_container(kind);
  }
}

void put_digests(const digest::Digests& digests, Json& out) {
  out["bytes"] = digests.bytes;
  if (digests.md5) out["md5"] = base::to_hex(*digests.md5);
  if (digests.sha1) out["sha1"] = base::to_hex(*digests.sha1);
  if (digests.sha256) out["sha256"] = base::to_hex(*digests.sha256);
  if (digests.sha512) out["sha512"] = base::to_hex(*digests.sha512);
}

void put_hashes(const media::Leaf& leaf, Json& out) {
  if (leaf.picture) {
    const media::Picture& picture = *leaf.picture;
    out["pdq"] = pdq::to_hex(picture.pdq.hash);
    out["pdq_quality"] = picture.pdq.quality;
    out["width"] = picture.width;
    out["height"] = picture.height;
    if (picture.dihedral) {
      Json eight = Json::object();
      for (std::size_t i = 0; i < picture.dihedral->size(); ++i) {
        eight[std::string(pdq::kDihedralNames[i])] = pdq::to_hex((*picture.dihedral)[i]);
      }
      out["pdq_dihedral"] = std::move(eight);
    }
    if (picture.unletterboxed) {
      out["pdq_unletterboxed"] = pdq::to_hex(picture.unletterboxed->hash);
      out["pdq_unletterboxed_quality"] = picture.unletterboxed->quality;
    }
  }
  if (leaf.frames) {
    const media::Frames& frames = *leaf.frames;
    Json list = Json::array();
    for (const media::Frame& frame : frames.kept) {
      list.push_back({{"pdq", pdq::to_hex(frame.hash)},
                      {"pdq_quality", frame.quality},
                      {"number", frame.number},
                      {"ms", frame.milliseconds}});
    }
    out["frames"] = std::move(list);
    out["frames_sampled"] = frames.sampled;
    out["frames_low_quality"] = frames.low_quality;
    out["frames_duplicate"] = frames.duplicates;
    out["duration_ms"] = frames.milliseconds;
  }
  if (!leaf.by.empty() && (leaf.picture || leaf.frames)) out["by"] = leaf.by;
}

Json member_of(const media::Leaf& leaf) {
  Json out{{"index", leaf.index}};
  if (leaf.error) {
    out["error"] = {{"code", leaf.error->code}, {"message", leaf.error->message}};
  }
  if (!leaf.error || leaf.digests.bytes != 0) {
    out["kind"] = base::to_string(leaf.kind);
    put_digests(leaf.digests, out);
    put_hashes(leaf, out);
  }
  return out;
}

}  // namespace

base::ItemError undecided() {
  return {"decode_failed", std::string(base::kUndecidedMessage), false, {}, {}};
}

base::Result<base::DetectedKind> kind_of(int fd) {
  return base::detect_kind_of(base::FileSource(fd));
}

base::Result<ContentHash> hash_content(int fd, const base::DetectedKind& kind,
                                       const ContentWanted& wanted, media::Decoder& decoder) {
  ContentHash result;
  result.kind = kind;
  if (kind.undecided && (wanted.decoded.pdq || wanted.decoded.frames))
    return tl::make_unexpected(undecided());
  const bool decode = needs_worker(kind.kind, wanted);
  if (decode)
    decoder.begin(fd, kind.kind, wanted.decoded);  // the worker decodes while this thread digests
  const digest::Wanted pin{false, false, true, false};
  auto digests =
      digest::of_file(fd, wanted.pin_containers && is_container(kind.kind) ? pin : wanted.digests,
                      wanted.digest_threads);
  if (decode) {
    auto found = decoder.finish();
    if (!found) return tl::make_unexpected(std::move(found.error()));
    // A worker that a file took over must not make a picture a container: of a container only the
    // members are matched.
    if (found->container != is_container(kind.kind) ||
        (!found->container && found->leaves.front().error)) {
      return base::fail("crashed",
                        "the decoding worker took this file for another kind than its bytes say");
    }
    result.found = std::move(*found);
  }
  if (!digests) return tl::make_unexpected(std::move(digests.error()));
  result.digests = *digests;
  return result;
}

Json to_json(const ContentHash& content) {
  Json out{{"kind", base::to_string(content.kind.kind)}};
  put_digests(content.digests, out);
  if (!content.found) return out;
  if (!content.found->container) {
    put_hashes(content.found->leaves.front(), out);
    return out;
  }
  Json members = Json::array();
  for (const media::Leaf& leaf : content.found->leaves) members.push_back(member_of(leaf));
  out["members"] = std::move(members);
  const media::Skipped& skipped = content.found->skipped;
  if (skipped.total() != 0) {
    out["skipped"] = {{"text", skipped.text},
                      {"audio", skipped.audio},
                      {"locked", skipped.locked},
                      {"other", skipped.other}};
  }
  return out;
}

std::size_t unread_leaves(const ContentHash& content) {
  if (!content.found) return 0;
  const auto& leaves = content.found->leaves;
  return static_cast<std::size_t>(
      std::count_if(leaves.begin(), leaves.end(),
                    [](const media::Leaf& leaf) { return leaf.error.has_value(); }));
}

}  // namespace proviso::stage
