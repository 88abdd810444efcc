// Kinds of content, and how they are told from the first bytes of a file, before anything else of
// it is read.
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

// What the bytes themselves say. `format` is a short name such as "jpeg", "png", "mp3", "zip",
// "mp4", "utf8-text", or empty when nothing is known of them (kind file).
struct DetectedKind {
  ContentKind kind = ContentKind::file;
  std::string_view format;
  // An ISO media file (MP4, MOV, 3GP) whose list of tracks is missing or cannot be read, of kind
  // file: it may hold a video as well as sound, so it is neither scanned nor passed over; its error
  // is decode_failed. Only detect_kind_of() says so.
  bool undecided = false;
};

constexpr std::string_view kUndecidedMessage =
    "no list of tracks can be read: cut short or damaged";

constexpr std::size_t kKindHeadBytes = 4096;  // what detect_kind wants to see of a file at the most

// Pure function of the bytes: magic numbers (container brands and track hints inside the head for
// ISO BMFF, RIFF, Ogg, Matroska), then "looks like a mail message", then "is all printable UTF-8"
// (text), else file. Where bytes may be audio or video, the answer is audio unless a video track is
// seen: on doubt nothing is scanned.
DetectedKind detect_kind(std::span<const std::byte> head);

// The same for a whole file, which may say more than its head: the track list of MP4, MOV and 3GP
// often stands at the end, that of Matroska and WebM somewhere in the first kTrackListBytes. Item
// error content_unreadable (retryable).
constexpr std::size_t kTrackListBytes = std::size_t{256} << 10;
Result<DetectedKind> detect_kind_of(const ByteSource&);

}  // namespace proviso::base
