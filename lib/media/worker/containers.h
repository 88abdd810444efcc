// Files inside archives and mails: each is found, its kind detected from its bytes, and hashed only
// if its kind may be read. Limits are for the whole item, over all depths; past one of them the
// whole item is refused, since a part of a bomb says nothing about the rest.
#pragma once

#include <cstdint>
#include <span>

#include "base/byte_source.h"
#include "base/content_kind.h"
#include "media/findings.h"
#include "media/protocol.h"
#include "media/worker/luma.h"

namespace proviso::media {

base::ItemError error_of(const Failure&);

class Containers {
 public:
  // `item_bytes`: of the outermost file, to hold the expansion against.
  Containers(const Request& request, std::uint64_t item_bytes, Findings& out)
      : request_(request), item_bytes_(item_bytes), out_(out) {}

  // A damaged container that gave leaves before it broke off has one unread leaf more; one that
  // gave none fails.
  Failure read(const base::ByteSource&, const base::DetectedKind&);

 private:
  Failure read_nested(const base::ByteSource&, const base::DetectedKind&);
  Failure read_archive(const base::ByteSource&, const base::DetectedKind&);  // archive.cc
  struct Entries;
  Failure read_mail(const base::ByteSource&);  // mail.cc
  struct Mail;

  // What the readers report.
  Failure expand(std::uint64_t bytes);       // more bytes came out: too_large past a limit
  Failure count_leaf();                      // one more leaf: too_large past the limit
  Failure leaf(std::span<const std::byte>);  // whole, in memory
  void skip(base::ContentKind);
  void locked(bool unread);     // encrypted; `unread`: it might hold what we look for
  void unread(const Failure&);  // a leaf that could not be read

  const Request& request_;
  std::uint64_t item_bytes_;
  Findings& out_;
  std::uint64_t expanded_ = 0;
  std::uint32_t count_ = 0, depth_ = 0;
};

}  // namespace proviso::media
