// Whether an ISO base media file (ISO/IEC 14496-12: MP4, MOV, 3GP) has a video track or sound
// alone. The track list is often at the end of the file, so the head of a video can look like that
// of a voice message.
#pragma once

#include "base/byte_source.h"

namespace proviso::base {

enum class IsoTracks { unknown, audio_only, video };

constexpr int kMaxIsoBoxes = 4096;  // a file with more boxes to look at is `unknown`

// Walks moov/trak/mdia/hdlr by their box headers and never reads sample data. A file that cannot be
// read or is malformed is `unknown`.
IsoTracks iso_tracks(const ByteSource&);

}  // namespace proviso::base
