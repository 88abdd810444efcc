#include "base/iso_media.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace proviso::base {
namespace {

struct Box {
  std::string_view type() const { return {name.data(), name.size()}; }
  std::array<char, 4> name{};
  std::uint64_t body = 0, end = 0;  // offsets in the file
};

class Walk {
 public:
  explicit Walk(const ByteSource& source) : source_(source) {}

  // The box at `at`, which must be below `limit`. nullopt if there is none or kMaxIsoBoxes were
  // read.
  std::optional<Box> box(std::uint64_t at, std::uint64_t limit) {
    std::array<unsigned char, 16> head{};
    if (limit - at < 8 || ++boxes_ > kMaxIsoBoxes || !read(at, head.data(), 8)) return std::nullopt;
    std::uint64_t size = number(head.data(), 4);
    Box box;
    for (std::size_t i = 0; i < 4; ++i) box.name[i] = static_cast<char>(head[4 + i]);
    box.body = at + 8;
    if (size == 1) {
      if (limit - at < 16 || !read(at + 8, head.data() + 8, 8)) return std::nullopt;
      size = number(head.data() + 8, 8);
      box.body = at + 16;
    } else if (size == 0) {
      size = limit - at;  // to the end of the file
    }
    if (size < box.body - at || size > limit - at) return std::nullopt;
    box.end = at + size;
    return box;
  }

  // FullBox header, pre_defined, handler_type.
  std::optional<std::array<char, 4>> handler(const Box& hdlr) {
    std::array<unsigned char, 12> body{};
    if (hdlr.end - hdlr.body < body.size() || !read(hdlr.body, body.data(), body.size()))
      return std::nullopt;
    return std::array<char, 4>{static_cast<char>(body[8]), static_cast<char>(body[9]),
                               static_cast<char>(body[10]), static_cast<char>(body[11])};
  }

 private:
  static std::uint64_t number(const unsigned char* bytes, int count) {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
    return value;
  }

  bool read(std::uint64_t at, unsigned char* out, std::size_t size) {
    return source_.read_at(at, std::as_writable_bytes(std::span(out, size))) ==
           static_cast<std::int64_t>(size);
  }

  const ByteSource& source_;
  int boxes_ = 0;
};

// The first child of that type between `at` and `end`.
std::optional<Box> child(Walk& walk, std::uint64_t at, std::uint64_t end, std::string_view type) {
  while (at < end) {
    const auto box = walk.box(at, end);
    if (!box || box->type() == type) return box;
    at = box->end;
  }
  return std::nullopt;
}

}  // namespace

IsoTracks iso_tracks(const ByteSource& source) {
  Walk walk(source);
  const auto moov = child(walk, 0, source.size(), "moov");
  if (!moov) return IsoTracks::unknown;
  bool audio = false;
  for (std::uint64_t at = moov->body; at < moov->end;) {
    const auto box = walk.box(at, moov->end);
    if (!box) return IsoTracks::unknown;
    at = box->end;
    if (box->type() != "trak") continue;
    const auto mdia = child(walk, box->body, box->end, "mdia");
    const auto hdlr = mdia ? child(walk, mdia->body, mdia->end, "hdlr") : std::nullopt;
    const auto handler = hdlr ? walk.handler(*hdlr) : std::nullopt;
    if (!handler) return IsoTracks::unknown;
    const std::string_view type(handler->data(), handler->size());
    if (type == "vide") return IsoTracks::video;
    audio |= type == "soun";
  }
  return audio ? IsoTracks::audio_only : IsoTracks::unknown;
}

}  // namespace proviso::base
