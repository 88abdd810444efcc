// What `hash` reads of one open file: its kind, its digests in one read, its perceptual hash by the decoding worker.
#pragma once

#include <optional>

#include "base/content_kind.h"
#include "base/error.h"
#include "digest/digest.h"
#include "json/json.h"
#include "media/decoder.h"

namespace proviso::stage {

struct ContentWanted {
  digest::Wanted digests;
  bool pdq = false;          // of images; other kinds have none
};

struct ContentHash {
  base::DetectedKind kind;
  digest::Digests digests;
  std::optional<media::Decoded> image;
};

// From the file's first bytes alone. Item error content_unreadable (retryable).
base::Result<base::DetectedKind> kind_of(int fd);

// Digests and PDQ of a file whose kind is known already. Item errors of digest and media.
base::Result<ContentHash> hash_content(int fd, const base::DetectedKind&, const ContentWanted&, media::Decoder&);

// {bytes, kind, md5, sha1, sha256, pdq, pdq_quality, by}, absent what was not wanted.
json::Json to_json(const ContentHash&);

}  // namespace proviso::stage
