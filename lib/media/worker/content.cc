#include "media/worker/content.h"

#include <optional>

#include "media/worker/animation.h"
#include "media/worker/containers.h"
#include "media/worker/libav.h"

namespace proviso::media {
namespace {

using base::ContentKind;

// The worker serves one file at a time, so these are used again for each.
Luma& plane_memory() {
  static Luma luma;
  return luma;
}

base::PageBuffer& file_memory() {
  static base::PageBuffer memory;
  return memory;
}

Picture hashes_of(const Luma& luma, const Request& request) {
  Picture picture;
  picture.width = luma.source_width();
  picture.height = luma.source_height();
  const pdq::Plane plane = luma.plane();
  if (request.dihedral != 0) {
    const pdq::Dihedral eight = pdq::hash_dihedral(plane);
    picture.dihedral = eight.hashes;
    picture.pdq = {eight.hashes[0], eight.quality};
  } else {
    picture.pdq = pdq::hash(plane);
  }
  if (request.unletterbox != 0) {
    const pdq::Plane inner = pdq::unletterboxed(plane);
    if (inner.width != plane.width || inner.height != plane.height)
      picture.unletterboxed = pdq::hash(inner);
  }
  return picture;
}

PictureOptions options_of(const Request& request) {
  return {request.max_pixels, request.unletterbox != 0 || request.task == Task::preview
                                  ? Luma::Keep::all
                                  : Luma::Keep::sampled};
}

std::optional<Frames> sampled(Failure& failure, const Request& request, std::uint32_t interval,
                              const auto& sample) {
  FrameSampler sampler(interval, static_cast<int>(request.quality_floor), request.max_frames,
                       request.max_pixels);
  failure = sample(sampler);
  if (!failure.ok()) return std::nullopt;
  return sampler.take();
}

Failure hash_picture(File file, std::string_view format, const Request& request, Leaf& leaf) {
  Failure failure;
  if (request.pdq != 0) {
    Luma& luma = plane_memory();
    if (format == "gif") {
      leaf.by = libav_name();
      failure = decode_first_frame(base::MemorySource(file), format, options_of(request), luma);
    } else {
      failure = decode_picture(format, file, options_of(request), luma, leaf.by);
    }
    if (!failure.ok()) return failure;
    leaf.picture = hashes_of(luma, request);
  }
  if (request.frames != 0 && is_animated(format, file)) {
    if (leaf.by.empty()) leaf.by = libav_name();
    leaf.frames = sampled(failure, request, 0, [&](FrameSampler& sampler) {
      return format == "webp" ? sample_animated_webp(file, sampler)
                              : sample_video(base::MemorySource(file), format, sampler);
    });
    if (leaf.frames && leaf.frames->sampled <= 1) leaf.frames.reset();  // a picture after all
  }
  return failure;
}

}  // namespace

bool may_read(const Request& request, ContentKind leaf) {
  return (request.leaves >> static_cast<unsigned>(leaf) & 1u) != 0;
}

Failure read_whole(const base::ByteSource& source, std::uint64_t limit, base::PageBuffer& out) {
  if (source.size() > limit) return {Status::too_large, "more bytes than the limit"};
  out.resize(static_cast<std::size_t>(source.size()));
  const std::int64_t got = source.read_at(0, out.bytes());
  if (got < 0 || static_cast<std::uint64_t>(got) != source.size())
    return {Status::decode_failed, "the file ended while it was read"};
  return {};
}

Failure hash_content(const base::ByteSource& source, const base::DetectedKind& kind,
                     const Request& request, Leaf& leaf) {
  leaf.kind = kind.kind;
  if (kind.kind == ContentKind::video && request.frames != 0) {
    leaf.by = libav_name();
    Failure failure;
    leaf.frames = sampled(failure, request, request.frame_interval_ms, [&](FrameSampler& sampler) {
      return sample_video(source, kind.format, sampler);
    });
    return failure;
  }
  if (kind.kind != ContentKind::image || (request.pdq == 0 && request.frames == 0)) return {};
  base::PageBuffer& file = file_memory();
  if (Failure failure = read_whole(source, request.max_picture_bytes, file); !failure.ok())
    return failure;
  return hash_picture(file.bytes(), kind.format, request, leaf);
}

void hash_leaf(File file, const base::DetectedKind& kind, const Request& request, Leaf& leaf) {
  leaf.kind = kind.kind;
  digest::Hasher hasher(
      {request.md5 != 0, request.sha1 != 0, request.sha256 != 0, request.sha512 != 0});
  hasher.update(file);
  leaf.digests = hasher.finish();
  Failure failure;
  if (kind.kind == ContentKind::video) {
    failure = hash_content(base::MemorySource(file), kind, request, leaf);
  } else if (kind.kind == ContentKind::image) {
    failure = hash_picture(file, kind.format, request, leaf);
  }
  if (!failure.ok()) leaf.error = error_of(failure);
}

Failure examine(const base::ByteSource& source, const Request& request, Findings& findings) {
  if (source.size() > request.max_bytes) return {Status::too_large, "more bytes than the limit"};
  const auto kind = base::detect_kind_of(source);
  if (!kind) return {Status::decode_failed, kind.error().message};
  if (kind->kind == ContentKind::archive || kind->kind == ContentKind::mail) {
    findings.container = true;
    return Containers(request, source.size(), findings).read(source, *kind);
  }
  if (kind->undecided) return {Status::decode_failed, std::string(base::kUndecidedMessage)};
  findings.leaves.emplace_back();
  const bool decodable = kind->kind == ContentKind::image || kind->kind == ContentKind::video;
  if (!decodable)
    return {Status::unsupported, "neither a picture nor a video, nor a container of them"};
  return hash_content(source, *kind, request, findings.leaves.front());
}

Failure picture_of(const base::ByteSource& source, const Request& request, Luma& luma) {
  const auto kind = base::detect_kind_of(source);
  if (!kind) return {Status::decode_failed, kind.error().message};
  if (kind->kind == ContentKind::video || kind->format == "gif")
    return decode_first_frame(source, kind->format, options_of(request), luma);
  base::PageBuffer& file = file_memory();
  if (Failure failure = read_whole(source, request.max_picture_bytes, file); !failure.ok())
    return failure;
  std::string by;
  return decode_picture(kind->format, file.bytes(), options_of(request), luma, by);
}

}  // namespace proviso::media
