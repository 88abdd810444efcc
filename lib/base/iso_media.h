// Tracks of an ISO base media file (ISO/IEC 14496-12: MP4, MOV, 3GP): whether it holds pictures or
// sound alone. Their list often stands at the file's end, so that the head cannot tell a video from
// a voice message.
#pragma once

#include "base/byte_source.h"

namespace proviso::base {

enum class IsoTracks { unknown, audio_only, video };

constexpr int kMaxIsoBoxes = 4096;  // boxes looked at; a file that needs more is `unknown`

// Walks moov/trak/mdia/hdlr by box headers alone; sample data is never read. An unreadable or
// malformed file is `unknown`.
IsoTracks iso_tracks(const ByteSource&);

}  // namespace proviso::base
