#include "media/findings_wire.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace proviso::media {
namespace {

constexpr std::uint32_t kMagic = 0x31665650;  // "PVf1"
constexpr std::size_t kMaxText = 160;
constexpr std::string_view kCodes[] = {"", "decode_failed", "too_large", "unsupported", "locked"};

class Writer {
 public:
  template <class T>
  void number(T value) {
    static_assert(std::is_integral_v<T>);
    const auto* const bytes = reinterpret_cast<const std::byte*>(&value);
    out.insert(out.end(), bytes, bytes + sizeof value);
  }
  void text(std::string_view value) {
    value = value.substr(0, kMaxText);
    number(static_cast<std::uint8_t>(value.size()));
    const auto* const bytes = reinterpret_cast<const std::byte*>(value.data());
    out.insert(out.end(), bytes, bytes + value.size());
  }
  void hash(const pdq::Hash& hash) {
    for (const std::uint64_t word : hash.words) number(word);
  }
  template <class Array>
  void digest(const std::optional<Array>& value) {
    number(static_cast<std::uint8_t>(value ? 1 : 0));
    if (value) out.insert(out.end(), value->begin(), value->end());
  }

  std::vector<std::byte> out;
};

// After the first error every value read is zero, and ok() is false.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> in) : in_(in) {}

  bool ok() const { return ok_; }
  bool at_end() const { return in_.empty(); }
  bool require(bool condition) { return ok_ = ok_ && condition; }

  template <class T>
  T number() {
    T value{};
    if (!require(in_.size() >= sizeof value)) return T{};
    std::memcpy(&value, in_.data(), sizeof value);
    in_ = in_.subspan(sizeof value);
    return value;
  }
  template <class T>
  T at_most(T limit) {
    const T value = number<T>();
    return require(value <= limit) ? value : T{};
  }
  bool flag() { return at_most<std::uint8_t>(1) == 1; }
  // Printable ASCII; anything else becomes '?'.
  std::string text() {
    const std::size_t size = at_most<std::uint8_t>(kMaxText);
    if (!require(in_.size() >= size)) return {};
    std::string out(reinterpret_cast<const char*>(in_.data()), size);
    in_ = in_.subspan(size);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
  }
  pdq::Hash hash() {
    pdq::Hash hash;
    for (std::uint64_t& word : hash.words) word = number<std::uint64_t>();
    return hash;
  }
  template <class Array>
  void digest(std::optional<Array>& value, bool wanted) {
    if (!flag()) return;
    if (!require(wanted && in_.size() >= Array{}.size())) return;
    value.emplace();
    std::copy_n(in_.begin(), value->size(), value->begin());
    in_ = in_.subspan(value->size());
  }

 private:
  std::span<const std::byte> in_;
  bool ok_ = true;
};

void write_picture(Writer& out, const Picture& picture) {
  out.hash(picture.pdq.hash);
  out.number(static_cast<std::uint8_t>(picture.pdq.quality));
  out.number(picture.width);
  out.number(picture.height);
  out.number(static_cast<std::uint8_t>(picture.dihedral ? 1 : 0));
  if (picture.dihedral) {
    for (const pdq::Hash& hash : *picture.dihedral) out.hash(hash);
  }
  out.number(static_cast<std::uint8_t>(picture.unletterboxed ? 1 : 0));
  if (picture.unletterboxed) {
    out.hash(picture.unletterboxed->hash);
    out.number(static_cast<std::uint8_t>(picture.unletterboxed->quality));
  }
}

Picture read_picture(Reader& in, const Limits& limits, const Wanted& wanted) {
  Picture picture;
  picture.pdq.hash = in.hash();
  picture.pdq.quality = in.at_most<std::uint8_t>(100);
  picture.width = in.number<std::uint32_t>();
  picture.height = in.number<std::uint32_t>();
  in.require(std::uint64_t{picture.width} * picture.height <= limits.max_pixels);
  if (in.flag() && in.require(wanted.dihedral)) {
    picture.dihedral.emplace();
    for (pdq::Hash& hash : *picture.dihedral) hash = in.hash();
  }
  if (in.flag() && in.require(wanted.unletterbox)) {
    picture.unletterboxed.emplace();
    picture.unletterboxed->hash = in.hash();
    picture.unletterboxed->quality = in.at_most<std::uint8_t>(100);
  }
  return picture;
}

void write_frames(Writer& out, const Frames& frames) {
  for (const std::uint32_t value :
       {frames.sampled, frames.low_quality, frames.duplicates, frames.milliseconds})
    out.number(value);
  out.number(static_cast<std::uint32_t>(frames.kept.size()));
  for (const Frame& frame : frames.kept) {
    out.hash(frame.hash);
    for (const std::uint32_t value : {frame.quality, frame.number, frame.milliseconds})
      out.number(value);
  }
}

Frames read_frames(Reader& in, const Limits& limits) {
  Frames frames;
  for (std::uint32_t* const value : {&frames.sampled, &frames.low_quality, &frames.duplicates}) {
    *value = in.at_most<std::uint32_t>(limits.max_frames);
  }
  frames.milliseconds = in.number<std::uint32_t>();
  const auto count = in.at_most<std::uint32_t>(limits.max_frames);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    Frame frame;
    frame.hash = in.hash();
    frame.quality = in.at_most<std::uint32_t>(100);
    frame.number = in.number<std::uint32_t>();
    frame.milliseconds = in.number<std::uint32_t>();
    frames.kept.push_back(frame);
  }
  return frames;
}

void write_leaf(Writer& out, const Leaf& leaf) {
  out.number(leaf.index);
  out.number(static_cast<std::uint8_t>(leaf.kind));
  out.number(leaf.digests.bytes);
  out.digest(leaf.digests.md5);
  out.digest(leaf.digests.sha1);
  out.digest(leaf.digests.sha256);
  out.digest(leaf.digests.sha512);
  out.text(leaf.by);
  const auto* const code = leaf.error
                               ? std::find(std::begin(kCodes), std::end(kCodes), leaf.error->code)
                               : std::begin(kCodes);
  out.number(static_cast<std::uint8_t>(code - std::begin(kCodes)));
  if (leaf.error) out.text(leaf.error->message);
  out.number(static_cast<std::uint8_t>(leaf.picture ? 1 : 0));
  if (leaf.picture) write_picture(out, *leaf.picture);
  out.number(static_cast<std::uint8_t>(leaf.frames ? 1 : 0));
  if (leaf.frames) write_frames(out, *leaf.frames);
}

Leaf read_leaf(Reader& in, const Limits& limits, const Wanted& wanted) {
  Leaf leaf;
  leaf.index = in.number<std::uint32_t>();
  leaf.kind = static_cast<base::ContentKind>(
      in.at_most<std::uint8_t>(static_cast<std::uint8_t>(base::ContentKind::file)));
  leaf.digests.bytes = in.number<std::uint64_t>();
  in.digest(leaf.digests.md5, wanted.leaf_digests.md5);
  in.digest(leaf.digests.sha1, wanted.leaf_digests.sha1);
  in.digest(leaf.digests.sha256, wanted.leaf_digests.sha256);
  in.digest(leaf.digests.sha512, wanted.leaf_digests.sha512);
  leaf.by = in.text();
  if (const auto code = in.at_most<std::uint8_t>(static_cast<std::uint8_t>(std::size(kCodes) - 1));
      code != 0) {
    leaf.error = base::ItemError{std::string(kCodes[code]), in.text(), false, {}, {}};
  }
  if (in.flag() && in.require(wanted.pdq)) leaf.picture = read_picture(in, limits, wanted);
  if (in.flag() && in.require(wanted.frames)) leaf.frames = read_frames(in, limits);
  return leaf;
}

}  // namespace

std::vector<std::byte> write_findings(const Findings& findings) {
  Writer out;
  out.number(kMagic);
  out.number(static_cast<std::uint8_t>(findings.container ? 1 : 0));
  const Skipped& skipped = findings.skipped;
  for (const std::uint32_t value : {skipped.text, skipped.audio, skipped.locked, skipped.other})
    out.number(value);
  out.number(static_cast<std::uint32_t>(findings.leaves.size()));
  for (const Leaf& leaf : findings.leaves) write_leaf(out, leaf);
  return std::move(out.out);
}

std::optional<Findings> read_findings(std::span<const std::byte> bytes, const Limits& limits,
                                      const Wanted& wanted) {
  Reader in(bytes);
  Findings findings;
  in.require(in.number<std::uint32_t>() == kMagic);
  findings.container = in.flag();
  for (std::uint32_t* const value : {&findings.skipped.text, &findings.skipped.audio,
                                     &findings.skipped.locked, &findings.skipped.other}) {
    *value = in.at_most<std::uint32_t>(limits.max_members);
  }
  const auto count = in.at_most<std::uint32_t>(limits.max_members);
  in.require(findings.container || count == 1);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    Leaf leaf = read_leaf(in, limits, wanted);
    // A leaf of a kind that may not be read, or out of order, is refused: it was not asked for.
    if (findings.container) {
      in.require(leaf.index < limits.max_members &&
                 (findings.leaves.empty() || leaf.index > findings.leaves.back().index));
      in.require(leaf.error.has_value() || wanted.leaves.count(leaf.kind) != 0);
    }
    findings.leaves.push_back(std::move(leaf));
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return findings;
}

}  // namespace proviso::media
