// Kinds of content, and how they are detected from the first bytes of a file, before the rest of it
// is read.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_source.h"
#include "base/error.h"

namespace proviso::base {

enum class ContentKind { image, video, text, audio, archive, mail, file };
std::string_view to_string(ContentKind);
std::optional<ContentKind> parse_content_kind(std::string_view);

// What the bytes are. `format` is a short name such as "jpeg", "png", "mp3", "zip", "mp4" or
// "utf8-text". It is empty if the bytes match no format; the kind is `file` then.
struct DetectedKind {
  ContentKind kind = ContentKind::file;
  std::string_view format;
  // True for an ISO media file (MP4, MOV, 3GP) whose track list is missing or cannot be read. Its
  // kind is `file`: it may hold a video or sound, so it is neither scanned nor passed over, and its
  // error is decode_failed. Only detect_kind_of() sets this.
  bool undecided = false;
};

constexpr std::string_view kUndecidedMessage =
    "no list of tracks can be read: cut short or damaged";

constexpr std::size_t kKindHeadBytes = 4096;  // detect_kind() reads no more of a file

// A pure function of the bytes. It looks for magic numbers (container brands and track hints inside
// the head for ISO BMFF, RIFF, Ogg, Matroska), then for a mail message, then for text (printable
// UTF-8 throughout); anything else is a file. Bytes that may be audio or video are audio unless a
// video track is seen: if in doubt, nothing is scanned.
DetectedKind detect_kind(std::span<const std::byte> head);

// The same for a whole file. The head is not always enough: the track list of MP4, MOV and 3GP is
// often at the end, that of Matroska and WebM somewhere in the first kTrackListBytes. Item error
// content_unreadable (retryable).
constexpr std::size_t kTrackListBytes = std::size_t{256} << 10;
Result<DetectedKind> detect_kind_of(const ByteSource&);

}  // namespace proviso::base
