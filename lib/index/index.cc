#include "index/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "index/kernels/slot_scan.h"
#include "index/layout.h"
#include "index/mapped_file.h"
#include "index/pdq_search.h"

namespace proviso::index {
namespace {

namespace fs = std::filesystem;

// How many hits each query has.
std::vector<std::size_t> sizes(const std::vector<std::vector<Hit>>& hits) {
  std::vector<std::size_t> out;
  out.reserve(hits.size());
  for (const auto& each : hits) out.push_back(each.size());
  return out;
}

struct MappedSection {
  Region hashes, table, info, strings, owners, frames;
  unsigned bits = 0;              // exact types: of the table of starts
  std::unique_ptr<PdqTable> pdq;  // pdq, vpdq
};

// Accepts only a whole number from 0: a conversion would also accept a fraction, true and -1.
std::uint64_t number_of(const json::Json& value, const MappedFile& file) {
  if (!value.is_number_unsigned()) file.refuse("a number of its description is none, or below 0");
  return value.get<std::uint64_t>();
}

HashType type_of(digest::Type type) {
  return type == digest::Type::md5    ? HashType::md5
         : type == digest::Type::sha1 ? HashType::sha1
                                      : HashType::sha256;
}

}  // namespace

struct Index::Impl {
  Impl(const fs::path& path, const crypto::PublicKey* key, bool require_signature)
      : file(path, key, require_signature) {
    read_sections();
  }

  MappedFile file;
  std::vector<Section> sections;
  std::vector<MappedSection> mapped;

  void read_sections();
  void read_section(const json::Json&, std::uint64_t& end);
  std::uint64_t described(std::size_t section) const {
    return sections[section].type == HashType::vpdq ? sections[section].videos
                                                    : sections[section].entries;
  }
  std::string_view text(const MappedSection&, std::uint32_t offset, std::uint16_t bytes) const;
  StoredEntry describe(std::uint32_t section, std::uint64_t number) const;
  // The frames of these videos of the section, ascending.
  std::unordered_map<std::uint64_t, std::vector<pdq::Hash>> frames_of(
      std::uint32_t section, std::span<const std::uint64_t> videos) const;
  void suspend_equals(std::span<const VideoHit> suspended, std::span<VideoHit> hits) const;
  void fill(Hit&, std::uint32_t section, std::uint64_t number, int distance, int threshold) const;
  void check_exact(std::size_t section) const;
  void check_videos(std::size_t section) const;
  void check_tables() const;

  bool wanted(std::size_t section, HashType type, std::span<const std::string> lists) const {
    return sections[section].entries != 0 && sections[section].type == type &&
           (lists.empty() ||
            std::find(lists.begin(), lists.end(), sections[section].list) != lists.end());
  }
  // A known-good list names no bad files, so its suspended entries take no hit of another list
  // away.
  bool suspends_others(std::size_t section) const {
    return sections[section].suspended != 0 &&
           policy::list_purpose(sections[section].purpose) != policy::ListPurpose::known_good;
  }
  // The number of the digest in the section, if it is there.
  std::optional<std::uint64_t> place_of(std::size_t section,
                                        std::span<const std::byte> digest) const;
  // The same for several digests, concatenated.
  void places_of(std::size_t section, std::span<const std::byte> digests, std::size_t width,
                 std::span<std::optional<std::uint64_t>>) const;
};

void Index::Impl::read_sections() {
  try {
    std::uint64_t end = 0;  // of the regions so far
    for (const json::Json& section : file.meta().at("sections")) read_section(section, end);
    if (end != file.data_bytes()) file.refuse("the data is longer than its sections");
  } catch (const json::Json::exception&) {
    file.refuse("its description of the sections lacks a member, or one has the wrong type");
  }
}

void Index::Impl::read_section(const json::Json& from, std::uint64_t& end) {
  Section about;
  about.list = from.at("list").get<std::string>();
  about.source = from.at("source").get<std::string>();
  about.purpose = from.at("purpose").get<std::string>();
  about.verified_by = from.at("verified_by").get<std::string>();
  about.licence = from.at("licence").get<std::string>();
  about.date = from.at("date").get<std::string>();
  about.file_sha256 = from.at("file_sha256").get<std::string>();
  about.entries = number_of(from.at("entries"), file);
  about.suspended = number_of(from.at("suspended"), file);
  const auto type = parse_hash_type(from.at("type").get<std::string>());
  if (!type)
    file.refuse(fmt::format("unknown section type '{}'", from.at("type").get<std::string>()));
  about.type = *type;
  if (about.entries > kMaxEntries)
    file.refuse(fmt::format("section {}: more entries than a section holds", about.list));

  if (!sections.empty() &&
      std::tie(sections.back().list, sections.back().type) >= std::tie(about.list, about.type)) {
    file.refuse(fmt::format("section {}: not in order, or there twice", about.list));
  }

  MappedSection section;
  const bool video = about.type == HashType::vpdq;
  // Each region begins at the next cache line behind the one before, so regions do not overlap and
  // there are no gaps.
  const auto take = [&](Region& region, const char* name) {
    region = {number_of(from.at(name).at("offset"), file),
              number_of(from.at(name).at("bytes"), file)};
    if (region.offset != aligned(end) || region.offset > file.data_bytes() ||
        region.bytes > file.data_bytes() - region.offset) {
      file.refuse(
          fmt::format("section {}: its {} lie outside the file or out of order", about.list, name));
    }
    end = region.offset + region.bytes;
  };
  take(section.hashes, "hashes");
  take(section.table, "table");
  if (video) {
    take(section.owners, "owners");
    take(section.frames, "frames");
    about.videos = section.frames.bytes / 4;
  }
  take(section.info, "info");
  take(section.strings, "strings");
  const std::uint64_t rows = video ? about.videos : about.entries;
  bool fits = section.hashes.bytes == about.entries * bytes_of(about.type) &&
              section.info.bytes == rows * sizeof(Info);
  if (video)
    fits = fits && section.owners.bytes == about.entries * 4 && section.frames.bytes % 4 == 0;
  if (about.type == HashType::pdq || video) {
    if (fits)
      section.pdq = std::make_unique<PdqTable>(file, about.entries, section.hashes, section.table);
  } else {
    section.bits = start_bits(about.entries);
    fits = fits && section.table.bytes == ((std::uint64_t{1} << section.bits) + 1) * 4;
  }
  if (!fits)
    file.refuse(fmt::format("section {}: the sizes of its regions do not fit its {} entries",
                            about.list, about.entries));
  sections.push_back(std::move(about));
  mapped.push_back(std::move(section));
}

std::string_view Index::Impl::text(const MappedSection& section, std::uint32_t offset,
                                   std::uint16_t bytes) const {
  if (std::uint64_t{offset} + bytes > section.strings.bytes)
    file.refuse("an entry's text lies outside its strings");
  file.ensure(section.strings.offset + offset, bytes);
  return base::as_text(file.bytes({section.strings.offset + offset, bytes}));
}

StoredEntry Index::Impl::describe(std::uint32_t number_of_section, std::uint64_t number) const {
  const MappedSection& section = mapped[number_of_section];
  if (number >= described(number_of_section))
    file.refuse("a table names an entry that is not there");
  const Info info = file.load<Info>(section.info, number);
  if ((info.flags & ~kSuspended) != 0 || info.reserved != 0)
    file.refuse("reserved bits of an entry are not zero");
  StoredEntry entry;
  entry.number = number;
  if (info.id_bytes == 0)
    entry.line = info.id_offset;
  else
    entry.id = text(section, info.id_offset, info.id_bytes);
  entry.label = text(section, info.label_offset, info.label_bytes);
  entry.suspended = (info.flags & kSuspended) != 0;
  return entry;
}

// Looks at the owner of every frame, once for all videos.
std::unordered_map<std::uint64_t, std::vector<pdq::Hash>> Index::Impl::frames_of(
    std::uint32_t number, std::span<const std::uint64_t> videos) const {
  const MappedSection& section = mapped[number];
  file.ensure(section.owners);
  const auto owners = file.values<std::uint32_t>(section.owners);
  std::unordered_map<std::uint64_t, std::vector<pdq::Hash>> frames;
  for (const std::uint64_t video : videos) frames[video];
  for (std::size_t each = 0; each < owners.size(); ++each) {
    const auto of = frames.find(owners[each]);
    if (of != frames.end()) of->second.push_back(section.pdq->at(each));
  }
  return frames;
}

// A suspended video also suspends videos with the same frames. Frames are read only of videos with
// the same counts.
void Index::Impl::suspend_equals(std::span<const VideoHit> suspended,
                                 std::span<VideoHit> hits) const {
  const auto counts = [](const VideoHit& hit) {
    return std::tuple(hit.frames, hit.frames_matched, hit.query_frames_matched, hit.distance);
  };
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, int>> live, alike;
  for (const VideoHit& hit : hits) {
    if (!hit.suspended) live.insert(counts(hit));
  }
  std::map<std::uint32_t, std::vector<std::uint64_t>> videos;  // by section
  for (const VideoHit& out : suspended) {
    if (live.count(counts(out)) == 0) continue;
    alike.insert(counts(out));
    videos[out.section].push_back(out.number);
  }
  if (alike.empty()) return;
  for (const VideoHit& hit : hits) {
    if (!hit.suspended && alike.count(counts(hit)) != 0) videos[hit.section].push_back(hit.number);
  }
  std::map<std::uint32_t, std::unordered_map<std::uint64_t, std::vector<pdq::Hash>>> frames;
  for (const auto& [section, numbers] : videos)
    frames.emplace(section, frames_of(section, numbers));
  std::set<std::vector<pdq::Hash>> frames_out;
  for (const VideoHit& out : suspended) {
    if (alike.count(counts(out)) != 0) frames_out.insert(frames.at(out.section).at(out.number));
  }
  for (VideoHit& hit : hits) {
    if (!hit.suspended && alike.count(counts(hit)) != 0)
      hit.suspended = frames_out.count(frames.at(hit.section).at(hit.number)) != 0;
  }
}

void Index::Impl::fill(Hit& hit, std::uint32_t section, std::uint64_t number, int distance,
                       int threshold) const {
  const StoredEntry entry = describe(section, number);
  const Section& about = sections[section];
  hit.section = section;
  hit.number = number;
  hit.list = about.list;
  hit.entry = name_of(entry);
  hit.has_id = !entry.id.empty();
  hit.label = entry.label;
  hit.method = to_string(about.type);
  hit.distance = distance;
  hit.threshold = threshold;
  hit.verified_list = !about.verified_by.empty();
  hit.suspended = entry.suspended;
}

std::optional<std::uint64_t> Index::Impl::place_of(std::size_t number,
                                                   std::span<const std::byte> digest) const {
  const MappedSection& section = mapped[number];
  const std::size_t width = digest.size();
  const std::uint32_t prefix = prefix_of(digest.data(), section.bits);
  std::uint64_t low = file.load<std::uint32_t>(section.table, prefix);
  std::uint64_t high = file.load<std::uint32_t>(section.table, prefix + 1u);
  if (low > high || high > sections[number].entries)
    file.refuse("a table of starts is out of order");
  if (low == high) return std::nullopt;
  file.ensure(section.hashes.offset + low * width, (high - low) * width);
  const std::byte* const hashes = file.bytes(section.hashes).data();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const int order = std::memcmp(hashes + middle * width, digest.data(), width);
    if (order == 0) return middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return std::nullopt;
}

void Index::Impl::places_of(std::size_t number, std::span<const std::byte> digests,
                            std::size_t width,
                            std::span<std::optional<std::uint64_t>> places) const {
  const MappedSection& section = mapped[number];
  const auto starts = file.values<std::uint32_t>(section.table);
  const std::byte* const hashes = file.bytes(section.hashes).data();
  const Info* const info = file.values<Info>(section.info).data();
  const std::size_t count = digests.size() / width;
  const auto digest = [&](std::size_t i) { return digests.subspan(i * width, width); };
  if (count > 1) {
    for (std::size_t i = 0; i < count; ++i)
      __builtin_prefetch(starts.data() + prefix_of(digest(i).data(), section.bits));
    for (std::size_t i = 0; i < count; ++i) {
      // Only fetched here; place_of() checks the block before it uses it.
      const std::byte* const at =
          hashes + std::min<std::uint64_t>(starts[prefix_of(digest(i).data(), section.bits)],
                                           sections[number].entries) *
                       width;
      __builtin_prefetch(at);
      __builtin_prefetch(at + 64);
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    places[i] = place_of(number, digest(i));
    if (places[i]) __builtin_prefetch(info + *places[i]);
  }
}

// Error(data) unless digests ascend and each is behind the start of its first bits.
void Index::Impl::check_exact(std::size_t number) const {
  const MappedSection& section = mapped[number];
  const std::uint64_t entries = sections[number].entries;
  const auto starts = file.values<std::uint32_t>(section.table);
  if (starts.front() != 0 || starts.back() != entries ||
      !std::is_sorted(starts.begin(), starts.end()))
    file.refuse("a table of starts is out of order");
  const std::size_t width = bytes_of(sections[number].type);
  const std::byte* const hashes = file.bytes(section.hashes).data();
  for (std::uint64_t each = 0; each < entries; ++each) {
    const std::byte* const digest = hashes + each * width;
    if (each != 0 && std::memcmp(digest - width, digest, width) >= 0)
      file.refuse("digests are out of order");
    const std::uint32_t prefix = prefix_of(digest, section.bits);
    if (each < starts[prefix] || each >= starts[prefix + 1u])
      file.refuse("a digest lies outside its start");
  }
}

// Error(data) unless every frame belongs to a video, to each once, and each video has as many
// frames as its count.
void Index::Impl::check_videos(std::size_t number) const {
  const MappedSection& section = mapped[number];
  const auto owners = file.values<std::uint32_t>(section.owners);
  std::vector<std::uint32_t> frames(sections[number].videos);
  for (std::uint64_t each = 0; each < owners.size(); ++each) {
    if (owners[each] >= frames.size()) file.refuse("a frame belongs to a video that is not there");
    if (each != 0 && section.pdq->at(each - 1) == section.pdq->at(each) &&
        owners[each - 1] >= owners[each])
      file.refuse("a frame stands twice in a video");
    ++frames[owners[each]];
  }
  const auto told = file.values<std::uint32_t>(section.frames);
  if (!std::equal(frames.begin(), frames.end(), told.begin(), told.end()))
    file.refuse("a video has another number of frames than it says");
}

void Index::Impl::check_tables() const {
  for (std::size_t number = 0; number < mapped.size(); ++number) {
    const HashType type = sections[number].type;
    if (mapped[number].pdq)
      mapped[number].pdq->check_order(type == HashType::vpdq);
    else
      check_exact(number);
    if (type == HashType::vpdq) check_videos(number);
    std::uint64_t suspended = 0;
    for (std::uint64_t each = 0; each < described(number); ++each)
      suspended += describe(static_cast<std::uint32_t>(number), each).suspended ? 1u : 0u;
    if (suspended != sections[number].suspended)
      file.refuse("a section has another number of suspended entries than it says");
  }
}

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

Index Index::open(const fs::path& path, const crypto::PublicKey* key, bool require_signature) {
  return Index(std::make_unique<Impl>(path, key, require_signature));
}

Index open_of(const policy::Policy& policy, const fs::path& file) {
  std::error_code error;
  std::optional<crypto::PublicKey> key;
  if (!policy.index_key.empty() && (!policy.rehearsal || fs::exists(policy.index_key, error)))
    key = crypto::PublicKey::open(policy.index_key);
  return Index::open(file, key ? &*key : nullptr, !policy.rehearsal);
}

std::string_view kernel_name() { return kernels::chosen().name; }

std::string name_of(const StoredEntry& entry) {
  return entry.id.empty() ? "line " + std::to_string(entry.line) : std::string(entry.id);
}

const std::vector<Section>& Index::sections() const { return impl_->sections; }
std::string Index::digest() const { return impl_->file.digest(); }
bool Index::is_signed() const { return impl_->file.is_signed(); }
std::uint64_t Index::file_bytes() const { return impl_->file.size(); }
bool Index::replaced() const { return impl_->file.replaced(); }

std::optional<std::string> Index::verify() const {
  if (auto flaw = impl_->file.flaw()) return flaw;
  try {
    impl_->check_tables();
  } catch (const base::Error& error) {
    return error.findings().front().what;
  }
  return std::nullopt;
}

void Index::find_exact(digest::Type type, std::span<const std::byte> digest,
                       std::span<const std::string> lists, std::vector<Hit>& hits) const {
  if (digest.size() != digest::size_of(type)) return;
  std::vector<std::vector<Hit>> found;
  find_exact(type, digest, lists, found);
  if (!found.empty()) std::move(found[0].begin(), found[0].end(), std::back_inserter(hits));
}

// A digest costs a few far reads, one after the other; those of a window of digests are fetched
// side by side.
void Index::find_exact(digest::Type type, std::span<const std::byte> digests,
                       std::span<const std::string> lists,
                       std::vector<std::vector<Hit>>& hits) const {
  const std::size_t width = digest::size_of(type);
  const std::size_t count = digests.size() / width;
  hits.resize(count);
  if (type == digest::Type::sha512) return;
  constexpr std::size_t kWindow = 32;
  const HashType wanted = type_of(type);
  std::vector<bool> suspended(count);
  const std::vector<std::size_t> before = sizes(hits);
  for (std::uint32_t section = 0; section < impl_->sections.size(); ++section) {
    // A suspended entry counts even if its list was not asked for: the hash is in doubt.
    const bool asked = impl_->wanted(section, wanted, lists);
    const bool may_suspend = impl_->suspends_others(section);
    if (!asked && (!may_suspend || !impl_->wanted(section, wanted, {}))) continue;
    for (std::size_t from = 0; from < count; from += kWindow) {
      const std::size_t size = std::min(kWindow, count - from);
      const auto window = digests.subspan(from * width, size * width);
      std::array<std::optional<std::uint64_t>, kWindow> places;
      impl_->places_of(section, window, width, places);
      for (std::size_t i = 0; i < size; ++i) {
        if (!places[i]) continue;
        if (asked) impl_->fill(hits[from + i].emplace_back(), section, *places[i], 0, 0);
        if (may_suspend && impl_->describe(section, *places[i]).suspended)
          suspended[from + i] = true;
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!suspended[i]) continue;
    for (std::size_t each = before[i]; each < hits[i].size(); ++each)
      hits[i][each].suspended = true;
  }
}

void Index::find_pdq(std::span<const pdq::Hash> queries, int radius,
                     std::span<const std::string> lists,
                     std::vector<std::vector<Hit>>& hits) const {
  if (radius < 0 || radius > kMaxRadius) {
    throw base::Error(
        base::ExitCode::usage,
        fmt::format("a distance of 0 to {} was expected, not {}", kMaxRadius, radius));
  }
  hits.resize(queries.size());
  std::vector<PdqFound> found;
  const std::vector<std::size_t> before = sizes(hits);
  std::vector<std::pair<std::uint32_t, pdq::Hash>>
      suspended;  // a query and a hash that gives it no hit
  for (std::uint32_t section = 0; section < impl_->sections.size(); ++section) {
    if (!impl_->wanted(section, HashType::pdq, {})) continue;
    const bool asked = impl_->wanted(section, HashType::pdq, lists);
    const bool may_suspend = impl_->suspends_others(section);
    if (!asked && !may_suspend) continue;
    found.clear();
    impl_->mapped[section].pdq->search(queries, radius, found);
    for (const PdqFound& each : found) {
      if (asked)
        impl_->fill(hits[each.query].emplace_back(), section, each.number, each.distance, radius);
      if (may_suspend && impl_->describe(section, each.number).suspended) {
        suspended.emplace_back(each.query, impl_->mapped[section].pdq->at(each.number));
      }
    }
  }
  for (const auto& [query, hash] : suspended) {
    for (std::size_t i = before[query]; i < hits[query].size(); ++i) {
      Hit& hit = hits[query][i];
      if (impl_->mapped[hit.section].pdq->at(hit.number) == hash) hit.suspended = true;
    }
  }
  for (std::size_t query = 0; query < hits.size(); ++query) {
    std::stable_sort(hits[query].begin() + static_cast<std::ptrdiff_t>(before[query]),
                     hits[query].end(),
                     [](const Hit& a, const Hit& b) { return a.distance < b.distance; });
  }
}

void Index::find_pdq(const pdq::Hash& query, int radius, std::span<const std::string> lists,
                     std::vector<Hit>& hits) const {
  std::vector<std::vector<Hit>> all;
  find_pdq(std::span(&query, 1), radius, lists, all);
  std::move(all[0].begin(), all[0].end(), std::back_inserter(hits));
}

void Index::find_vpdq(std::span<const pdq::Hash> frames, int radius,
                      std::span<const std::string> lists, std::vector<VideoHit>& hits) const {
  if (radius < 0 || radius > kMaxRadius) {
    throw base::Error(
        base::ExitCode::usage,
        fmt::format("a distance of 0 to {} was expected, not {}", kMaxRadius, radius));
  }
  struct Seen {
    std::vector<std::uint32_t> queries;  // of the item's frames
    std::vector<std::uint64_t> numbers;  // of the entry's
    int distance = kMaxRadius;
  };
  const auto distinct = [](auto& values) {
    std::sort(values.begin(), values.end());
    return static_cast<std::uint32_t>(std::unique(values.begin(), values.end()) - values.begin());
  };
  std::vector<PdqFound> found;
  const std::size_t before = hits.size();
  std::vector<VideoHit> suspended;
  for (std::uint32_t number = 0; number < impl_->sections.size(); ++number) {
    if (!impl_->wanted(number, HashType::vpdq, {})) continue;
    const bool asked = impl_->wanted(number, HashType::vpdq, lists);
    const bool may_suspend = impl_->suspends_others(number);
    if (!asked && !may_suspend) continue;
    const MappedSection& section = impl_->mapped[number];
    found.clear();
    section.pdq->search(frames, radius, found);
    std::map<std::uint32_t, Seen> videos;
    for (const PdqFound& each : found) {
      Seen& video = videos[impl_->file.load<std::uint32_t>(section.owners, each.number)];
      video.queries.push_back(each.query);
      video.numbers.push_back(each.number);
      video.distance = std::min(video.distance, each.distance);
    }
    for (auto& [video, seen] : videos) {
      VideoHit hit;
      impl_->fill(hit, number, video, seen.distance, radius);
      hit.frames = impl_->file.load<std::uint32_t>(section.frames, video);
      hit.frames_matched = distinct(seen.numbers);
      hit.query_frames = static_cast<std::uint32_t>(frames.size());
      hit.query_frames_matched = distinct(seen.queries);
      if (hit.suspended && may_suspend) suspended.push_back(hit);
      if (asked) hits.push_back(std::move(hit));
    }
  }
  impl_->suspend_equals(suspended, std::span(hits).subspan(before));
}

StoredEntry Index::entry(std::uint32_t section, std::uint64_t number) const {
  StoredEntry entry = impl_->describe(section, number);
  const MappedSection& mapped = impl_->mapped[section];
  const std::size_t width = bytes_of(impl_->sections[section].type);
  const Region place{mapped.hashes.offset + number * width, width};
  impl_->file.ensure(place);
  entry.hash = impl_->file.bytes(place);
  if (mapped.pdq) entry.pdq = mapped.pdq->at(number);
  return entry;
}

void Index::for_each(std::uint32_t section,
                     const std::function<void(const StoredEntry&)>& take) const {
  const Section& about = impl_->sections[section];
  if (about.type != HashType::vpdq) {
    for (std::uint64_t number = 0; number < about.entries; ++number) take(entry(section, number));
    return;
  }
  const MappedSection& mapped = impl_->mapped[section];
  std::vector<std::vector<std::uint32_t>> frames(about.videos);
  for (std::uint64_t number = 0; number < about.entries; ++number) {
    const auto owner = impl_->file.load<std::uint32_t>(mapped.owners, number);
    if (owner >= about.videos) impl_->file.refuse("a frame belongs to a video that is not there");
    frames[owner].push_back(static_cast<std::uint32_t>(number));
  }
  for (std::uint64_t video = 0; video < about.videos; ++video) {
    StoredEntry entry = impl_->describe(section, video);
    for (const std::uint32_t number : frames[video]) entry.frames.push_back(mapped.pdq->at(number));
    take(entry);
  }
}

}  // namespace proviso::index
