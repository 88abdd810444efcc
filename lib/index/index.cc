#include "index/index.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <mutex>

#include "base/file.h"
#include "crypto/random.h"
#include "index/layout.h"
#include "json/json.h"

namespace proviso::index {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kCheckAllBelow = 64u << 20;     // smaller data is checked whole at open
constexpr std::uint64_t kScanBelow = 4096;              // entries: a scan is as quick as sixteen table walks
constexpr int kMaxRadius = 63;

[[noreturn]] void refuse(const fs::path& path, std::string what) {
  throw base::Error(base::ExitCode::data, std::move(what), path.string(),
                    "the file is damaged; rebuild it with 'proviso index build' or restore it");
}

// A mapped file that is cut short raises SIGBUS at the next touch. Nothing can be answered then: say so and stop.
void on_bus_error(int) {
  constexpr char kText[] = "proviso: error: the index was truncated while it was mapped\n";
  static_cast<void>(!::write(2, kText, sizeof kText - 1));
  ::_exit(static_cast<int>(base::ExitCode::io));
}

void watch_bus_errors() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action{};
    action.sa_handler = on_bus_error;
    ::sigaction(SIGBUS, &action, nullptr);
  });
}

struct Region {
  std::uint64_t offset = 0, bytes = 0;      // in the data
};

struct MappedSection {
  Section about;
  std::uint64_t hash_bytes = 0;
  Region hashes, table, info, strings;
};

std::uint16_t slot_of(const pdq::Hash& hash, int slot) {
  return static_cast<std::uint16_t>(hash.words[static_cast<std::size_t>(slot / 4)] >> (48 - 16 * (slot % 4)));
}

// All 16-bit masks of at most `bits` ones, nearest first.
const std::vector<std::uint16_t>& masks(int bits) {
  static const std::array<std::vector<std::uint16_t>, 4> kMasks = [] {
    std::array<std::vector<std::uint16_t>, 4> all;
    for (std::uint32_t mask = 0; mask < 65'536; ++mask) {
      const int ones = std::popcount(mask);
      for (int limit = ones; limit < 4; ++limit) all[static_cast<std::size_t>(limit)].push_back(static_cast<std::uint16_t>(mask));
    }
    for (auto& list : all) {
      std::stable_sort(list.begin(), list.end(), [](std::uint16_t a, std::uint16_t b) { return std::popcount(a) < std::popcount(b); });
    }
    return all;
  }();
  return kMasks[static_cast<std::size_t>(bits)];
}

}  // namespace

struct Index::Impl {
  fs::path path;
  base::Mapping mapping;
  struct stat opened{};
  std::string digest;
  std::span<const std::byte> blocks;        // digests, 32 bytes each
  std::span<const std::byte> data;
  std::vector<Section> sections;
  std::vector<MappedSection> mapped;
  std::unique_ptr<std::atomic<bool>[]> checked;

  void read_header(const crypto::PublicKey* key, bool require_signature);
  void read_sections(const json::Json& meta);

  bool block_is_right(std::uint64_t block) const {
    const std::uint64_t from = block * kBlockBytes;
    const auto bytes = data.subspan(from, std::min<std::uint64_t>(kBlockBytes, data.size() - from));
    const base::Sha256 digest_now = crypto::sha256(bytes);
    return std::equal(digest_now.begin(), digest_now.end(), blocks.begin() + static_cast<std::ptrdiff_t>(block * 32));
  }

  // Every byte of the range belongs to blocks that were checked.
  void ensure(std::uint64_t offset, std::uint64_t bytes) const {
    if (bytes == 0) return;
    for (std::uint64_t block = offset / kBlockBytes; block <= (offset + bytes - 1) / kBlockBytes; ++block) {
      if (checked[block].load(std::memory_order_relaxed)) continue;
      if (!block_is_right(block)) refuse(path, fmt::format("block {}: checksum differs", block));
      checked[block].store(true, std::memory_order_relaxed);
    }
  }

  template <class T>
  T load(const Region& region, std::uint64_t index) const {
    const std::uint64_t at = region.offset + index * sizeof(T);
    ensure(at, sizeof(T));
    T value;
    std::memcpy(&value, data.data() + at, sizeof value);
    return value;
  }

  std::string text(const MappedSection& section, std::uint32_t offset, std::uint16_t bytes) const {
    if (std::uint64_t{offset} + bytes > section.strings.bytes) refuse(path, "an entry's text lies outside its strings");
    ensure(section.strings.offset + offset, bytes);
    return std::string(base::as_text(data.subspan(section.strings.offset + offset, bytes)));
  }

  Hit hit(std::uint32_t number, std::uint64_t entry) const {
    const MappedSection& section = mapped[number];
    const Info info = load<Info>(section.info, entry);
    Hit hit;
    hit.section = number;
    hit.list = section.about.list;
    hit.entry = text(section, info.id_offset, info.id_bytes);
    hit.label = text(section, info.label_offset, info.label_bytes);
    hit.method = section.about.type;
    hit.verified_list = !section.about.verified_by.empty();
    return hit;
  }

  // A pair of neighbouring starts, checked against the section's size.
  std::pair<std::uint32_t, std::uint32_t> bucket(const MappedSection& section, std::uint64_t table_at, std::uint32_t prefix) const {
    const Region starts{section.table.offset + table_at, kPrefixes * sizeof(std::uint32_t)};
    const auto from = load<std::uint32_t>(starts, prefix);
    const auto to = load<std::uint32_t>(starts, prefix + 1);
    if (from > to || to > section.about.entries) refuse(path, "a table of starts is out of order");
    return {from, to};
  }

  bool wanted(const MappedSection& section, std::string_view type, std::span<const std::string> lists) const {
    return section.about.entries != 0 && section.about.type == type &&
           (lists.empty() || std::find(lists.begin(), lists.end(), section.about.list) != lists.end());
  }

  pdq::Hash pdq_at(const MappedSection& section, std::uint64_t entry) const {
    return load<pdq::Hash>(section.hashes, entry);
  }

  void search(std::uint32_t number, const pdq::Hash& query, int radius, std::vector<std::pair<int, std::uint64_t>>& found) const;
};

void Index::Impl::read_header(const crypto::PublicKey* key, bool require_signature) {
  const auto bytes = mapping.bytes();
  Prefix prefix;
  if (bytes.size() < sizeof prefix) refuse(path, "shorter than its header");
  std::memcpy(&prefix, bytes.data(), sizeof prefix);
  if (std::string_view(prefix.magic, sizeof prefix.magic) != kMagic) refuse(path, "not a compiled index: the magic bytes differ");
  if (prefix.version != kVersion) {
    throw base::Error(base::ExitCode::config, fmt::format("index version {}; this program reads version {}", prefix.version, kVersion), path.string(),
                      "rebuild it with 'proviso index build'");
  }
  if (prefix.reserved != 0 || prefix.reserved_2 != 0) refuse(path, "reserved bytes of the header are not zero");
  if (prefix.meta_bytes > kMaxMetaBytes || prefix.data_bytes > kMaxFileBytes ||
      prefix.blocks != (prefix.data_bytes + kBlockBytes - 1) / kBlockBytes ||
      (prefix.signature_bytes != 0 && prefix.signature_bytes != kSignatureBytes)) {
    refuse(path, "sizes of the header are out of bounds");
  }
  const std::uint64_t signed_bytes = sizeof prefix + prefix.meta_bytes + prefix.blocks * 32;
  const std::uint64_t head = signed_bytes + prefix.signature_bytes;
  if (prefix.data_offset != (head + kPageBytes - 1) / kPageBytes * kPageBytes || bytes.size() != prefix.data_offset + prefix.data_bytes) {
    refuse(path, fmt::format("the file has {} bytes and its header says {}", bytes.size(), prefix.data_offset + prefix.data_bytes));
  }
  for (std::uint64_t at = head; at < prefix.data_offset; ++at) {
    if (bytes[at] != std::byte{0}) refuse(path, "padding is not zero");
  }
  const std::string_view covered = base::as_text(bytes.first(signed_bytes));
  if (prefix.signature_bytes == 0 && require_signature) {
    throw base::Error(base::ExitCode::no_permission, "the index is not signed, and the policy asks for a signature", path.string(),
                      "build it with --sign-key");
  }
  if (prefix.signature_bytes != 0 && key != nullptr && !key->verify(covered, bytes.subspan(signed_bytes, kSignatureBytes))) {
    throw base::Error(base::ExitCode::no_permission, "the signature is not of the policy's index key", path.string());
  }
  digest = crypto::sha256_hex(covered);
  blocks = bytes.subspan(sizeof prefix + prefix.meta_bytes, prefix.blocks * 32);
  data = bytes.subspan(prefix.data_offset, prefix.data_bytes);
  checked = std::make_unique<std::atomic<bool>[]>(prefix.blocks);
  read_sections(json::parse(covered.substr(sizeof prefix, prefix.meta_bytes), path.string()));
}

void Index::Impl::read_sections(const json::Json& meta) {
  try {
    for (const json::Json& from : meta.at("sections")) {
      MappedSection section;
      Section& about = section.about;
      about = {from.at("list").get<std::string>(),        from.at("source").get<std::string>(), from.at("purpose").get<std::string>(),
               from.at("verified_by").get<std::string>(), from.at("type").get<std::string>(),   from.at("entries").get<std::uint64_t>()};
      const auto type = digest::parse_type(about.type);
      if (!type && about.type != "pdq") refuse(path, fmt::format("unknown section type '{}'", about.type));
      section.hash_bytes = type ? digest::size_of(*type) : 32;
      for (const auto& [name, region] : {std::pair{"hashes", &section.hashes}, std::pair{"table", &section.table},
                                         std::pair{"info", &section.info}, std::pair{"strings", &section.strings}}) {
        *region = {from.at(name).at("offset").get<std::uint64_t>(), from.at(name).at("bytes").get<std::uint64_t>()};
        if (region->offset > data.size() || region->bytes > data.size() - region->offset) {
          refuse(path, fmt::format("section {}: its {} lie outside the file", about.list, name));
        }
      }
      const std::uint64_t n = about.entries;
      const std::uint64_t table = type ? kPrefixes * 4 : kSlots * (kPrefixes * 4 + n * 4);
      if (n > 0xffffffffu || section.hashes.bytes != n * section.hash_bytes || section.info.bytes != n * sizeof(Info) || section.table.bytes != table) {
        refuse(path, fmt::format("section {}: sizes do not fit {} entries", about.list, n));
      }
      sections.push_back(about);
      mapped.push_back(std::move(section));
    }
  } catch (const json::Json::exception&) {
    refuse(path, "the table of sections lacks a member, or one has the wrong type");
  }
}

void Index::Impl::search(std::uint32_t number, const pdq::Hash& query, int radius,
                         std::vector<std::pair<int, std::uint64_t>>& found) const {
  const MappedSection& section = mapped[number];
  const std::uint64_t n = section.about.entries;
  if (n < kScanBelow) {
    for (std::uint64_t entry = 0; entry < n; ++entry) {
      const int bits = pdq::distance(query, pdq_at(section, entry));
      if (bits <= radius) found.emplace_back(bits, entry);
    }
    return;
  }
  // Pigeonhole: within `radius` bits over 16 slots, some slot differs by at most radius/16 bits.
  const int slack = radius / kSlots;
  for (int slot = 0; slot < kSlots; ++slot) {
    const std::uint64_t table_at = static_cast<std::uint64_t>(slot) * (kPrefixes * 4 + n * 4);
    const Region numbers{section.table.offset + table_at + kPrefixes * 4, n * 4};
    const std::uint16_t own = slot_of(query, slot);
    for (const std::uint16_t mask : masks(slack)) {
      const auto [from, to] = bucket(section, table_at, static_cast<std::uint16_t>(own ^ mask));
      for (std::uint32_t i = from; i < to; ++i) {
        const auto entry = load<std::uint32_t>(numbers, i);
        if (entry >= n) refuse(path, "a slot table names an entry that is not there");
        const pdq::Hash hash = pdq_at(section, entry);
        const int bits = pdq::distance(query, hash);
        if (bits > radius) continue;
        bool seen = false;      // an earlier slot has found it already
        for (int earlier = 0; earlier < slot && !seen; ++earlier) {
          seen = std::popcount(static_cast<std::uint16_t>(slot_of(query, earlier) ^ slot_of(hash, earlier))) <= slack;
        }
        if (!seen) found.emplace_back(bits, entry);
      }
    }
  }
}

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

Index Index::open(const fs::path& path, const crypto::PublicKey* key, bool require_signature) {
  watch_bus_errors();
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  if (::stat(path.c_str(), &impl->opened) != 0) {
    throw base::Error(base::ExitCode::no_input, "no such index", path.string(), "make it with 'proviso index build'");
  }
  impl->mapping = base::Mapping(path);
  impl->read_header(key, require_signature);
  if (impl->data.size() < kCheckAllBelow) impl->ensure(0, impl->data.size());
  return Index(std::move(impl));
}

Index open_of(const policy::Policy& policy, const fs::path& file) {
  std::error_code error;
  std::optional<crypto::PublicKey> key;
  if (!policy.index_key.empty() && (!policy.rehearsal || fs::exists(policy.index_key, error))) key = crypto::PublicKey::open(policy.index_key);
  return Index::open(file, key ? &*key : nullptr, !policy.rehearsal);
}

const std::vector<Section>& Index::sections() const { return impl_->sections; }
std::string Index::digest() const { return impl_->digest; }

std::optional<std::string> Index::verify() const {
  for (std::uint64_t block = 0; block < impl_->blocks.size() / 32; ++block) {
    if (!impl_->block_is_right(block)) return fmt::format("block {}: checksum differs", block);
  }
  return std::nullopt;
}

void Index::find_exact(digest::Type type, std::span<const std::byte> digest, std::span<const std::string> lists,
                       std::vector<Hit>& hits) const {
  if (digest.size() != digest::size_of(type)) return;
  const auto prefix = static_cast<std::uint32_t>(std::to_integer<unsigned>(digest[0]) << 8 | std::to_integer<unsigned>(digest[1]));
  for (std::uint32_t number = 0; number < impl_->mapped.size(); ++number) {
    const MappedSection& section = impl_->mapped[number];
    if (!impl_->wanted(section, digest::to_string(type), lists)) continue;
    auto [low, high] = impl_->bucket(section, 0, prefix);
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      const std::uint64_t at = section.hashes.offset + middle * section.hash_bytes;
      impl_->ensure(at, section.hash_bytes);
      const int order = std::memcmp(impl_->data.data() + at, digest.data(), digest.size());
      if (order == 0) {
        hits.push_back(impl_->hit(number, middle));
        break;
      }
      if (order < 0) low = middle + 1;
      else high = middle;
    }
  }
}

void Index::find_pdq(const pdq::Hash& query, int radius, std::span<const std::string> lists, std::vector<Hit>& hits) const {
  if (radius < 0 || radius > kMaxRadius) {
    throw base::Error(base::ExitCode::usage, fmt::format("a distance of 0 to {} was expected, not {}", kMaxRadius, radius));
  }
  std::vector<std::pair<int, Hit>> all;
  std::vector<std::pair<int, std::uint64_t>> found;
  for (std::uint32_t number = 0; number < impl_->mapped.size(); ++number) {
    if (!impl_->wanted(impl_->mapped[number], "pdq", lists)) continue;
    found.clear();
    impl_->search(number, query, radius, found);
    std::sort(found.begin(), found.end());
    for (const auto& [bits, entry] : found) {
      Hit hit = impl_->hit(number, entry);
      hit.distance = bits;
      hit.threshold = radius;
      all.emplace_back(bits, std::move(hit));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [bits, hit] : all) hits.push_back(std::move(hit));
}

bool Index::replaced() const {
  struct stat now{};
  if (::stat(impl_->path.c_str(), &now) != 0) return false;      // between unlink and rename: go on with what is mapped
  return now.st_ino != impl_->opened.st_ino || now.st_dev != impl_->opened.st_dev || now.st_mtime != impl_->opened.st_mtime ||
         now.st_size != impl_->opened.st_size;
}

}  // namespace proviso::index
