// What `hash` reads from one open file: its kind, its digests in one read and, from the decoding
// worker, its perceptual hashes and leaves.
#pragma once

#include <optional>

#include "base/content_kind.h"
#include "base/error.h"
#include "digest/digest.h"
#include "json/json_fwd.h"
#include "media/decoder.h"

namespace proviso::stage {

struct ContentWanted {
  digest::Wanted digests;  // of the file itself
  media::Wanted decoded;
  bool pin_containers =
      true;  // of a container only SHA-256, which pins the file and is never looked up
  bool decode_containers = true;  // archives and mails are opened
  unsigned digest_threads = 1;    // for one large file
};

struct ContentHash {
  base::DetectedKind kind;
  digest::Digests digests;
  std::optional<media::Findings> found;  // when there was anything to decode
};

base::Result<base::DetectedKind> kind_of(int fd);

// The item error of a file whose kind is undecided.
base::ItemError undecided();

// Item errors of digest and media. A file of undecided kind gets digests, if nothing else is
// wanted.
base::Result<ContentHash> hash_content(int fd, const base::DetectedKind&, const ContentWanted&,
                                       media::Decoder&);

// {bytes, kind, md5, sha1, sha256, sha512, pdq, pdq_quality, width, height, ..., frames, members,
// skipped, by}: see proviso-hash(1); a member that was not wanted or does not exist is absent.
json::Json to_json(const ContentHash&);

// Leaves that could not be read.
std::size_t unread_leaves(const ContentHash&);

}  // namespace proviso::stage
