// NDJSON of Proviso itself, as `hash FILE...` and `index export` write it.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "index/lists/formats.h"
#include "index/lists/line_entries.h"
#include "ndjson/record.h"

namespace proviso::index::lists {
namespace {

using simdjson::dom::element;

constexpr std::size_t kMaxWhyBytes = 200;

bool read_text(std::string& out, const element& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return false;
  out = text;
  return true;
}

std::string error_of(const element& error) {
  std::string text = "the record holds an error";
  simdjson::dom::object object;
  std::string_view part;
  if (error.get(object) == simdjson::SUCCESS) {
    if (object["code"].get(part) == simdjson::SUCCESS) text += ": " + std::string(part);
    if (object["message"].get(part) == simdjson::SUCCESS) text += ": " + std::string(part);
  } else if (error.get(part) == simdjson::SUCCESS) {
    text += ": " + std::string(part);
  }
  // Control characters of a list must not reach the terminal.
  for (char& c : text) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  std::size_t end = std::min(text.size(), kMaxWhyBytes);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

std::optional<Flaw> read_frames(ListEntry& entry, const element& value) {
  simdjson::dom::array frames;
  if (value.get(frames) != simdjson::SUCCESS) return Flaw{"frames: an array was expected"};
  for (const element each : frames) {
    simdjson::dom::object frame;
    std::string_view hex;
    if (each.get(frame) != simdjson::SUCCESS || frame["pdq"].get(hex) != simdjson::SUCCESS)
      return Flaw{"frames: objects with a member pdq were expected"};
    if (auto flaw = add_frame(entry, hex)) return flaw;
  }
  return std::nullopt;
}

class LineParser {
 public:
  explicit LineParser(const std::string& place) : place_(place) {
    if (parser_.allocate(kMaxLineBytes, ndjson::kMaxDepth) != simdjson::SUCCESS)
      throw std::bad_alloc();
  }

  std::optional<Flaw> read(ListEntry& entry, std::string_view line) {
    element root;
    // The line's source leaves room for what simdjson reads past the end.
    const auto parsed =
        parser_.parse(reinterpret_cast<const std::uint8_t*>(line.data()), line.size(), false)
            .get(root);
    if (parsed == simdjson::DEPTH_ERROR)
      return Flaw{fmt::format("nested deeper than {} levels", ndjson::kMaxDepth)};
    if (parsed != simdjson::SUCCESS) return Flaw{"no JSON"};
    simdjson::dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return Flaw{"no JSON object"};
    keys_.clear();
    path_.clear();
    bool has_id = false;
    for (const auto [key, value] : object) {
      keys_.push_back(key);
      if (auto flaw = member(entry, key, value, has_id)) return flaw;
    }
    if (keys_.size() > 1) {
      std::sort(keys_.begin(), keys_.end());
      if (std::adjacent_find(keys_.begin(), keys_.end()) != keys_.end())
        return Flaw{"a member that stands twice"};
    }
    if (!has_id) entry.id = path_;
    return std::nullopt;
  }

 private:
  std::optional<Flaw> member(ListEntry& entry, std::string_view key, const element& value,
                             bool& has_id) {
    if (key == "error") return Flaw{error_of(value)};
    if (key == "hashRecords") refuse_purpose("non-consensual intimate images (StopNCII)", place_);
    if (key == "suspended") {
      if (value.get(entry.suspended) != simdjson::SUCCESS)
        return Flaw{"suspended: true or false was expected"};
    } else if (key == "frames") {
      return read_frames(entry, value);
    } else if (key == "id" || key == "path" || key == "label") {
      has_id |= key == "id";
      if (!read_text(key == "id" ? entry.id : key == "path" ? path_ : entry.label, value))
        return Flaw{fmt::format("{}: a string was expected", key)};
    } else if (key == "md5" || key == "sha1" || key == "sha256" || key == "pdq") {
      std::string_view hex;
      if (value.get(hex) != simdjson::SUCCESS)
        return Flaw{fmt::format("{}: a string was expected", key)};
      return add_hash(entry, *parse_hash_type(key), hex);
    }
    return std::nullopt;
  }

  const std::string& place_;
  simdjson::dom::parser parser_;
  std::vector<std::string_view> keys_;
  std::string path_;
};

}  // namespace

void read_ndjson(ByteStream& bytes, Feed& feed) {
  LineParser parser(bytes.name());
  feed_lines(bytes, feed, {},
             [&](ListEntry& entry, std::string_view text) { return parser.read(entry, text); });
}

}  // namespace proviso::index::lists
