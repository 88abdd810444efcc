#include "index/lists/hash_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace proviso::index::lists {
namespace {

// Digests of the empty file: real lists have them by mistake.
constexpr std::array<std::string_view, 3> kEmptyFile{
    "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 34> kUnmatchable{
    {{"photodna", "photodna"},
     {"pdna", "photodna"},
     {"tmk", "tmk-pdqf"},
     {"tmkpdqf", "tmk-pdqf"},
     {"videotmk", "tmk-pdqf"},
     {"videntifier", "videntifier"},
     {"vpdq", "vpdq"},
     {"videopdq", "vpdq"},
     {"phash", "phash"},
     {"dhash", "dhash"},
     {"ahash", "ahash"},
     {"whash", "whash"},
     {"pdqocr", "pdq-ocr"},
     {"netclean", "netclean"},
     {"fmash", "fmash"},
     {"sha224", "sha224"},
     {"sha384", "sha384"},
     {"sha512", "sha512"},
     {"sha3256", "sha3-256"},
     {"sha3512", "sha3-512"},
     {"blake2b", "blake2b"},
     {"blake3", "blake3"},
     {"md4", "md4"},
     {"crc32", "crc32"},
     {"ed2k", "ed2k"},
     {"tiger", "tiger"},
     {"whirlpool", "whirlpool"},
     {"ssdeep", "ssdeep"},
     {"tlsh", "tlsh"},
     {"text", "text"},
     {"rawtext", "text"},
     {"texttlsh", "tlsh"},
     {"url", "url"},
     {"uri", "url"}}};

// Small letters and digits alone: "SHA-1", "TMK+PDQF", "HASH_VIDEO_MD5" are spelled in many ways.
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c + 32);
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      out += c;
    else if (c != '-' && c != '_' && c != '+' && c != ' ')
      return {};
  }
  if (out.size() > 4 && out.compare(0, 4, "hash") == 0) out.erase(0, 4);
  return out;
}

}  // namespace

std::optional<HashType> type_named(std::string_view text) {
  const auto exact = parse_hash_type(text);
  if (exact) return *exact == HashType::vpdq ? std::nullopt : exact;
  if (text.size() > 32) return std::nullopt;
  const std::string word = bare(text);
  if (word == "videomd5") return HashType::md5;
  if (word == "vpdq") return std::nullopt;
  return parse_hash_type(word);
}

std::optional<std::string_view> unmatchable_named(std::string_view text) {
  if (text.size() > 32) return std::nullopt;
  const std::string word = bare(text);
  for (const auto& [spelled, name] : kUnmatchable) {
    if (spelled == word) return name;
  }
  return std::nullopt;
}

std::optional<Flaw> add_hash(ListEntry& entry, HashType type, std::string_view hex) {
  if (type == HashType::pdq) {
    const auto hash = pdq::from_hex(hex);
    if (!hash) return Flaw{"pdq: 64 hex digits were expected"};
    if (*hash == pdq::Hash{}) return Flaw{"pdq: the hash of all zeros names no picture"};
    if (entry.pdq && *entry.pdq != *hash) return Flaw{"two different pdq hashes in one entry"};
    entry.pdq = *hash;
    return std::nullopt;
  }
  if (type == HashType::vpdq) return add_frame(entry, hex);
  ExactHash one;
  one.type = type;
  if (!base::from_hex_exact(hex, std::span(one.bytes).first(bytes_of(type)))) {
    return Flaw{
        fmt::format("{}: {} hex digits were expected", to_string(type), 2 * bytes_of(type))};
  }
  if (one.bytes[0] == std::byte{0xd4} || one.bytes[0] == std::byte{0xda} ||
      one.bytes[0] == std::byte{0xe3}) {
    const std::string plain = base::to_hex(std::span(one.bytes).first(bytes_of(type)));
    if (std::find(kEmptyFile.begin(), kEmptyFile.end(), plain) != kEmptyFile.end()) {
      return Flaw{fmt::format("{}: the digest of the empty file", to_string(type)), true};
    }
  }
  for (const ExactHash& other : entry.exact) {
    if (other.type != type) continue;
    if (other.bytes == one.bytes) return std::nullopt;
    return Flaw{fmt::format("two different {} digests in one entry", to_string(type))};
  }
  entry.exact.push_back(one);
  return std::nullopt;
}

std::optional<Flaw> add_frame(ListEntry& entry, std::string_view hex) {
  if (entry.frames.size() == kMaxFrames)
    return Flaw{fmt::format("frames: more than {}", kMaxFrames)};
  const auto hash = pdq::from_hex(hex);
  if (!hash) return Flaw{"frames: 64 hex digits were expected"};
  if (*hash == pdq::Hash{}) return Flaw{"frames: the hash of all zeros names no picture"};
  entry.frames.push_back(*hash);
  return std::nullopt;
}

}  // namespace proviso::index::lists
