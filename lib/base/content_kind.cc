#include "base/content_kind.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.h"
#include "base/iso_media.h"

namespace proviso::base {
namespace {

constexpr std::array<std::string_view, 7> kKindNames{"image",   "video", "text", "audio",
                                                     "archive", "mail",  "file"};

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  ContentKind kind;
  std::string_view format;
};

using namespace std::string_view_literals;

// Fixed bytes at fixed offsets. Containers that may hold sound or pictures are examined further
// below.
constexpr std::array kMagics{
    Magic{0, "\xFF\xD8\xFF"sv, ContentKind::image, "jpeg"},
    Magic{0, "\x89PNG\r\n\x1A\n"sv, ContentKind::image, "png"},
    Magic{0, "GIF87a"sv, ContentKind::image, "gif"},
    Magic{0, "GIF89a"sv, ContentKind::image, "gif"},
    Magic{0, "II*\0"sv, ContentKind::image, "tiff"},
    Magic{0, "MM\0*"sv, ContentKind::image, "tiff"},
    Magic{0, "\xFF\x0A"sv, ContentKind::image, "jxl"},
    Magic{0, "\0\0\0\x0CJXL \r\n\x87\n"sv, ContentKind::image, "jxl"},
    Magic{0, "ID3"sv, ContentKind::audio, "mp3"},
    Magic{0, "fLaC"sv, ContentKind::audio, "flac"},
    Magic{0, "#!AMR"sv, ContentKind::audio, "amr"},
    Magic{0, "MThd"sv, ContentKind::audio, "midi"},
    Magic{0, ".snd"sv, ContentKind::audio, "au"},
    Magic{0, "caff"sv, ContentKind::audio, "caf"},
    Magic{0, "#!SILK"sv, ContentKind::audio, "silk"},
    Magic{0, "\x02#!SILK"sv, ContentKind::audio, "silk"},
    Magic{0, "PK\x03\x04"sv, ContentKind::archive, "zip"},
    Magic{0, "PK\x05\x06"sv, ContentKind::archive, "zip"},
    Magic{0, "7z\xBC\xAF\x27\x1C"sv, ContentKind::archive, "7z"},
    Magic{0, "Rar!\x1A\x07"sv, ContentKind::archive, "rar"},
    Magic{0, "\x1F\x8B"sv, ContentKind::archive, "gzip"},
    Magic{0, "BZh"sv, ContentKind::archive, "bzip2"},
    Magic{0,
          "\xFD"
          "7zXZ\0"sv,
          ContentKind::archive, "xz"},
    Magic{0, "\x28\xB5\x2F\xFD"sv, ContentKind::archive, "zstd"},
    Magic{257, "ustar"sv, ContentKind::archive, "tar"},
    Magic{0, "\x5D\0\0"sv, ContentKind::archive, "lzma"},
    Magic{0, "LZIP"sv, ContentKind::archive, "lzip"},
    Magic{0, "\x1F\x9D"sv, ContentKind::archive, "compress"},
    Magic{0, "\x04\x22\x4D\x18"sv, ContentKind::archive, "lz4"},
    Magic{0, "\0\0\x01\xBA"sv, ContentKind::video, "mpeg-ps"},
    Magic{0, "%PDF-"sv, ContentKind::file, "pdf"},
};

bool starts(std::string_view text, std::string_view prefix, std::size_t offset = 0) {
  return text.size() >= offset + prefix.size() && text.substr(offset, prefix.size()) == prefix;
}

std::uint32_t big_endian_32(std::string_view text, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    value = value << 8 | static_cast<unsigned char>(text[i]);
  return value;
}

// The meaning of a brand of ISO base media (ISO/IEC 14496-12): an image, or a container with its
// name and whether the brand is for pictures or for sound alone.
struct IsoBrands {
  std::optional<DetectedKind> image;
  std::string_view format;
  bool pictures = false;
  bool sound = false;
};

std::optional<IsoBrands> iso_brands(std::string_view head) {
  if (!starts(head, "ftyp", 4) || head.size() < 16) return std::nullopt;
  const std::string_view major = head.substr(8, 4);
  IsoBrands brands;
  brands.format = major == "qt  " ? "mov"sv : starts(major, "3g") ? "3gp"sv : "mp4"sv;
  brands.sound =
      major == "M4A " || major == "M4B " || major == "M4P " || major == "F4A " || major == "F4B ";
  brands.pictures = starts(major, "M4V") || major == "f4v " || major == "F4V " || major == "MSNV";
  const std::size_t box_end =
      std::min<std::size_t>(head.size(), std::max<std::uint32_t>(16, big_endian_32(head, 0)));
  for (std::size_t at = 8; at + 4 <= box_end; at += at == 8 ? 8 : 4) {
    const std::string_view brand = head.substr(at, 4);
    if (starts(brand, "hei") || starts(brand, "hev") || brand == "mif1" || brand == "msf1") {
      if (brand != "hev1") brands.image = DetectedKind{ContentKind::image, "heic"};
    }
    if (brand == "avif" || brand == "avis") {
      brands.image = DetectedKind{ContentKind::image, "avif"};
      break;
    }
    // Brands of a video coding: they are written only if there is such a track.
    brands.pictures |=
        brand == "avc1" || brand == "hvc1" || brand == "hev1" || brand == "av01" || brand == "dby1";
  }
  return brands;
}

DetectedKind iso_kind(const IsoBrands& brands, IsoTracks tracks) {
  if (brands.image) return *brands.image;
  if (tracks == IsoTracks::video) return {ContentKind::video, brands.format};
  if (tracks == IsoTracks::audio_only || brands.sound || !brands.pictures)
    return {ContentKind::audio, "m4a"};
  return {ContentKind::video, brands.format};
}

// The handlers of those tracks that are inside the head.
IsoTracks tracks_in_head(std::string_view head) {
  bool audio = false;
  for (std::size_t at = head.find("hdlr"); at != std::string_view::npos;
       at = head.find("hdlr", at + 4)) {
    if (starts(head, "vide", at + 12)) return IsoTracks::video;
    audio |= starts(head, "soun", at + 12);
  }
  return audio ? IsoTracks::audio_only : IsoTracks::unknown;
}

std::optional<DetectedKind> iso_media(std::string_view head) {
  const auto brands = iso_brands(head);
  if (!brands) return std::nullopt;
  return iso_kind(*brands, tracks_in_head(head));
}

std::optional<DetectedKind> riff(std::string_view head) {
  if (!starts(head, "RIFF") && !starts(head, "RF64")) return std::nullopt;
  if (starts(head, "WEBP", 8)) return DetectedKind{ContentKind::image, "webp"};
  // The stream headers of an AVI file are at its beginning.
  if (starts(head, "AVI ", 8) && head.find("vids") != std::string_view::npos)
    return DetectedKind{ContentKind::video, "avi"};
  return DetectedKind{ContentKind::audio, starts(head, "AVI ", 8) ? "avi-audio"sv : "wav"sv};
}

std::optional<DetectedKind> flash_video(std::string_view head) {
  if (!starts(head, "FLV\x01") || head.size() < 5) return std::nullopt;
  const bool pictures = (static_cast<unsigned char>(head[4]) & 1) != 0;
  return pictures ? DetectedKind{ContentKind::video, "flv"}
                  : DetectedKind{ContentKind::audio, "flv-audio"};
}

constexpr auto kMatroskaMagic = "\x1A\x45\xDF\xA3"sv;

std::optional<DetectedKind> matroska(std::string_view head) {
  if (!starts(head, kMatroskaMagic)) return std::nullopt;
  const bool webm = head.find("webm") != std::string_view::npos;
  // A video codec id, or a Video element's pixel width, somewhere in the track list.
  const bool video = head.find("V_") != std::string_view::npos;
  const bool audio = head.find("A_") != std::string_view::npos;
  if (audio && !video) return DetectedKind{ContentKind::audio, webm ? "webm-audio"sv : "mka"sv};
  if (!video) return DetectedKind{ContentKind::audio, "matroska"};
  return DetectedKind{ContentKind::video, webm ? "webm"sv : "mkv"sv};
}

std::optional<DetectedKind> ogg(std::string_view head) {
  if (!starts(head, "OggS")) return std::nullopt;
  const bool video = head.find("\x80theora") != std::string_view::npos;
  return video ? DetectedKind{ContentKind::video, "ogv"} : DetectedKind{ContentKind::audio, "ogg"};
}

// MPEG audio and ADTS AAC have no magic number, only a frame header of eleven set bits and valid
// fields.
std::optional<DetectedKind> mpeg_audio(std::string_view head) {
  if (head.size() < 4) return std::nullopt;
  const auto b0 = static_cast<unsigned char>(head[0]);
  const auto b1 = static_cast<unsigned char>(head[1]);
  const auto b2 = static_cast<unsigned char>(head[2]);
  if (b0 != 0xFF) return std::nullopt;
  if ((b1 & 0xF6) == 0xF0) return DetectedKind{ContentKind::audio, "aac"};
  if ((b1 & 0xE0) == 0xE0 && (b1 & 0x18) != 0x08 && (b1 & 0x06) != 0 && (b2 & 0xF0) != 0xF0 &&
      (b2 & 0x0C) != 0x0C) {
    return DetectedKind{ContentKind::audio, "mp3"};
  }
  return std::nullopt;
}

std::optional<DetectedKind> bitmap(std::string_view head) {
  if (!starts(head, "BM") || head.size() < 18) return std::nullopt;
  const auto header = static_cast<unsigned char>(head[14]);  // size of the DIB header
  const bool known = header == 12 || header == 40 || header == 52 || header == 56 || header == 64 ||
                     header == 108 || header == 124;
  if (!known || head[15] != 0 || head[16] != 0 || head[17] != 0) return std::nullopt;
  return DetectedKind{ContentKind::image, "bmp"};
}

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return c > 32 && c < 127 && c != ':'; });
}

// RFC 5322: two or more header fields, one of them a mail's; or an mbox "From " line.
bool looks_like_mail(std::string_view head) {
  if (starts(head, "From "))
    head.remove_prefix(std::min(head.size(), head.find('\n') == std::string_view::npos
                                                 ? head.size()
                                                 : head.find('\n') + 1));
  constexpr std::array kFields{"from"sv,           "to"sv,          "subject"sv,
                               "date"sv,           "received"sv,    "message-id"sv,
                               "mime-version"sv,   "return-path"sv, "delivered-to"sv,
                               "dkim-signature"sv, "content-type"sv};
  int fields = 0;
  int of_mail = 0;
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    std::string_view line = head.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) break;
    if (line.front() != ' ' && line.front() != '\t') {
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos || !is_header_name(line.substr(0, colon))) break;
      ++fields;
      std::string name(line.substr(0, colon));
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
      });
      if (std::find(kFields.begin(), kFields.end(), name) != kFields.end()) ++of_mail;
    }
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 1);
  }
  return fields >= 2 && of_mail >= 2;
}

// Printable UTF-8; a character cut at the end of the head does not count against it.
bool is_text(std::string_view head) {
  for (std::size_t i = 0; i < head.size();) {
    const auto first = static_cast<unsigned char>(head[i]);
    if (first < 0x20 && first != '\t' && first != '\n' && first != '\r' && first != '\f' &&
        first != 0x1B)
      return false;
    if (first == 0x7F) return false;
    const std::size_t length = first < 0x80                     ? 1
                               : first >= 0xC2 && first <= 0xDF ? 2
                               : first >= 0xE0 && first <= 0xEF ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    if (length == 0) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if (i + k >= head.size()) return true;
      if ((static_cast<unsigned char>(head[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace

std::string_view to_string(ContentKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::optional<ContentKind> parse_content_kind(std::string_view text) {
  const auto found = std::find(kKindNames.begin(), kKindNames.end(), text);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<ContentKind>(found - kKindNames.begin());
}

DetectedKind detect_kind(std::span<const std::byte> bytes) {
  const std::string_view head = as_text(bytes.first(std::min(bytes.size(), kKindHeadBytes)));
  if (head.empty()) return {ContentKind::file, "empty"};
  for (const Magic& magic : kMagics) {
    if (starts(head, magic.bytes, magic.offset)) return {magic.kind, magic.format};
  }
  for (const auto look : {iso_media, riff, flash_video, matroska, ogg, mpeg_audio, bitmap}) {
    if (const auto found = look(head)) return *found;
  }
  if (looks_like_mail(head)) return {ContentKind::mail, "rfc5322"};
  if (is_text(head)) return {ContentKind::text, "utf8-text"};
  return {ContentKind::file, {}};
}

Result<DetectedKind> detect_kind_of(const ByteSource& source) {
  std::array<std::byte, kKindHeadBytes> head;
  const std::int64_t have = source.read_at(0, head);
  if (have < 0) return fail("content_unreadable", std::strerror(errno), true);
  const std::span<const std::byte> seen =
      std::span<const std::byte>(head).first(static_cast<std::size_t>(have));
  if (const auto brands = iso_brands(as_text(seen)); brands && !brands->image) {
    const IsoTracks tracks = iso_tracks(source);
    if (tracks == IsoTracks::unknown && !brands->pictures)
      return DetectedKind{ContentKind::file, brands->format, true};
    return iso_kind(*brands, tracks);
  }
  if (starts(as_text(seen), kMatroskaMagic)) {
    std::vector<std::byte> more(
        static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), kTrackListBytes)));
    const std::int64_t got = source.read_at(0, more);
    if (got < 0) return fail("content_unreadable", std::strerror(errno), true);
    std::string_view lists =
        as_text(std::span<const std::byte>(more).first(static_cast<std::size_t>(got)));
    lists = lists.substr(
        0, lists.find("\x1F\x43\xB6\x75"));  // up to the first cluster: media data follows
    if (const auto kind = matroska(lists)) return *kind;
  }
  return detect_kind(seen);
}

}  // namespace proviso::base
