#include "media/worker/containers.h"

#include "media/worker/content.h"

namespace proviso::media {

using base::ContentKind;

base::ItemError error_of(const Failure& failure) {
  switch (failure.status) {
    case Status::too_large:
      return {"too_large", failure.message, false, {}, {}};
    case Status::unsupported:
      return {"unsupported", failure.message, false, {}, {}};
    case Status::locked:
      return {"locked", failure.message, false, {}, {}};
    default:
      return {"decode_failed", failure.message, false, {}, {}};
  }
}

Failure Containers::read(const base::ByteSource& source, const base::DetectedKind& kind) {
  return read_nested(source, kind);
}

Failure Containers::read_nested(const base::ByteSource& source, const base::DetectedKind& kind) {
  if (depth_ == request_.max_depth)
    return {Status::too_large, "containers inside containers deeper than the limit"};
  ++depth_;
  const std::uint32_t before = count_;
  Failure failure = kind.kind == ContentKind::mail ? read_mail(source) : read_archive(source, kind);
  --depth_;
  if (failure.ok() || failure.status == Status::too_large) return failure;
  if (depth_ == 0 && count_ == before) return failure;
  if (Failure full = count_leaf(); !full.ok()) return full;
  unread(failure);
  return {};
}

Failure Containers::expand(std::uint64_t bytes) {
  expanded_ += bytes;
  if (expanded_ > request_.max_expanded_bytes)
    return {Status::too_large, "more bytes inside than the limit"};
  if (expanded_ > kExpansionFloor && expanded_ / request_.max_expansion > item_bytes_)
    return {Status::too_large, "expands more than the limit"};
  return {};
}

Failure Containers::count_leaf() {
  if (count_ == request_.max_members)
    return {Status::too_large, "more files inside than the limit"};
  ++count_;
  return {};
}

Failure Containers::leaf(std::span<const std::byte> bytes) {
  const base::MemorySource source(bytes);
  const auto kind = base::detect_kind_of(source);
  if (!kind) return {Status::decode_failed, kind.error().message};
  if (kind->kind == ContentKind::archive || kind->kind == ContentKind::mail)
    return read_nested(source, *kind);
  if (Failure failure = count_leaf(); !failure.ok()) return failure;
  if (kind->undecided && may_read(request_, ContentKind::video)) {
    unread({Status::decode_failed, std::string(base::kUndecidedMessage)});
    return {};
  }
  if (!may_read(request_, kind->kind)) {
    skip(kind->kind);
    return {};
  }
  Leaf& leaf = out_.leaves.emplace_back();
  leaf.index = count_ - 1;
  hash_leaf(bytes, *kind, request_, leaf);
  return {};
}

void Containers::skip(ContentKind kind) {
  switch (kind) {
    case ContentKind::text:
      ++out_.skipped.text;
      break;
    case ContentKind::audio:
      ++out_.skipped.audio;
      break;
    default:
      ++out_.skipped.other;
  }
}

void Containers::locked(bool unread_leaf) {
  ++out_.skipped.locked;
  if (unread_leaf) unread({Status::locked, "encrypted"});
}

void Containers::unread(const Failure& failure) {
  Leaf& leaf = out_.leaves.emplace_back();
  leaf.index = count_ - 1;
  leaf.error = error_of(failure);
}

}  // namespace proviso::media
