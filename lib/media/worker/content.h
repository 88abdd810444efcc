// One file to its findings: its kind is detected from its bytes, then it is decoded as a picture or
// a video, or opened as a container.
#pragma once

#include "base/byte_source.h"
#include "base/content_kind.h"
#include "base/page_buffer.h"
#include "media/findings.h"
#include "media/protocol.h"
#include "media/worker/luma.h"
#include "media/worker/pictures.h"

namespace proviso::media {

bool may_read(const Request&, base::ContentKind leaf);

// Whole, into memory that the caller keeps. too_large past request.max_picture_bytes.
Failure read_whole(const base::ByteSource&, std::uint64_t limit, base::PageBuffer& out);

// Hashes of one picture or video as far as `request` wants them; nothing for other kinds. No
// digests.
Failure hash_content(const base::ByteSource&, const base::DetectedKind&, const Request&, Leaf&);

// The same for a leaf in memory, with its digests. Failures are the leaf's own error.
void hash_leaf(File, const base::DetectedKind&, const Request&, Leaf&);

// The file that was asked about, container or not.
Failure examine(const base::ByteSource&, const Request&, Findings&);

// The picture, or a video's first frame, all of it.
Failure picture_of(const base::ByteSource&, const Request&, Luma&);

}  // namespace proviso::media
