#include "index/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <tuple>

#include "crypto/random.h"
#include "index/layout.h"
#include "index/section_draft.h"
#include "json/json.h"

namespace proviso::index {
namespace {

constexpr std::uint32_t kTypes = 5;  // sections of a list, in the order of HashType
constexpr std::uint64_t kMaxVideos = 0xfffffff0;

// The bytes of a hash's hex text.
std::array<std::byte, 32> key_of(const pdq::Hash& hash) {
  std::array<std::byte, 32> key;
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<std::byte>(hash.words[i / 8] >> (56 - 8 * (i % 8)));
  return key;
}

void check_purpose(const policy::List& list, const law::Resolved& law) {
  if (list.made_for() != policy::ListPurpose::other) return;
  const law::Refusal refusal = law.refusal("SC-08", "");
  throw base::Error(
      base::ExitCode::config,
      fmt::format("the list was made for '{}', not against child sexual abuse: {} ({})",
                  list.purpose, refusal.rule, refusal.citation),
      list.path.string());
}

}  // namespace

Builder::Builder(std::filesystem::path out, std::vector<policy::List> lists,
                 const law::Resolved& law, BuildSettings settings)
    : out_(std::move(out)),
      settings_(settings),
      sorter_(out_.parent_path(), settings.memory, settings.threads) {
  for (policy::List& list : lists) {
    check_purpose(list, law);
    std::string name = list.name;
    if (!lists_.emplace(name, List{std::move(list), {}, 0, {}}).second)
      throw base::Error(base::ExitCode::usage, fmt::format("the list {} stands twice", name));
  }
  for (auto& [name, list] : lists_) {
    list.first_section = static_cast<std::uint32_t>(names_.size()) * kTypes;
    names_.push_back(name);
  }
}

Builder::~Builder() = default;

void Builder::made_from(const std::string& list, std::string file_sha256) {
  lists_.at(list).file_sha256 = std::move(file_sha256);
}

void Builder::add(const std::string& name, const ListEntry& entry) {
  List& list = lists_.at(name);
  if (list.about.made_for() == policy::ListPurpose::known_good &&
      (entry.pdq || !entry.frames.empty())) {
    throw base::Error(
        base::ExitCode::data,
        "a list of known-good files holds exact digests: a likeness makes no file known",
        fmt::format("{}:{}", list.about.path.string(), entry.line));
  }
  SortedEntry sorted;
  sorted.line = static_cast<std::uint32_t>(std::min<std::uint64_t>(entry.line, 0xffffffffu));
  sorted.label = sorter_.label_number(entry.label.empty() ? list.about.label : entry.label);
  sorted.flags = entry.suspended ? kSuspended : std::uint16_t{0};
  const auto place = [&](HashType type) {
    sorted.section = list.first_section + static_cast<std::uint32_t>(type);
  };
  for (const ExactHash& hash : entry.exact) {
    place(hash.type);
    sorted.key = hash.bytes;
    sorter_.add(sorted, entry.id);
  }
  if (entry.pdq) {
    place(HashType::pdq);
    sorted.key = key_of(*entry.pdq);
    sorter_.add(sorted, entry.id);
  }
  if (entry.frames.empty()) return;
  if (videos_.size() >= kMaxVideos)
    throw base::Error(base::ExitCode::data, "more videos than one index holds",
                      list.about.path.string());
  sorted.video = static_cast<std::uint32_t>(videos_.size());
  list.videos.push_back(sorted.video);
  videos_.push_back({entry.id, sorted.line, sorted.label, sorted.flags, 0});
  place(HashType::vpdq);
  sorted.flags = 0;
  for (const pdq::Hash& frame : entry.frames) {
    sorted.key = key_of(frame);
    sorter_.add(sorted, {});
  }
}

// Numbers the videos of each list by id, so that the numbers do not depend on the order of the
// input (except among videos with the same id, label and flags).
void Builder::number_videos() {
  for (auto& [name, list] : lists_) {
    std::stable_sort(list.videos.begin(), list.videos.end(),
                     [this](std::uint32_t a, std::uint32_t b) {
                       const Video& x = videos_[a];
                       const Video& y = videos_[b];
                       return std::tie(x.id, x.line, sorter_.label(x.label), x.flags) <
                              std::tie(y.id, y.line, sorter_.label(y.label), y.flags);
                     });
    for (std::uint32_t number = 0; number < list.videos.size(); ++number)
      videos_[list.videos[number]].number = number;
  }
}

std::map<std::uint32_t, std::unique_ptr<SectionDraft>> Builder::draft_sections() {
  std::map<std::uint32_t, std::unique_ptr<SectionDraft>> drafts;
  struct Group {  // equal hashes of one section: one entry, the first by the sort's order
    SortedEntry first;
    std::string id;
    std::vector<std::uint32_t> videos;  // by number
  };
  std::optional<Group> group;
  const auto close = [&] {
    if (!group) return;
    const SortedEntry& first = group->first;
    const auto type = static_cast<HashType>(first.section % kTypes);
    auto& draft = drafts[first.section];
    if (!draft) draft = std::make_unique<SectionDraft>(type, out_.parent_path());
    if (type != HashType::vpdq) {
      draft->add(first.key, {group->id, first.line, sorter_.label(first.label),
                             (first.flags & kSuspended) != 0});
      ++report_.entries;
      return;
    }
    std::sort(group->videos.begin(), group->videos.end());
    group->videos.erase(std::unique(group->videos.begin(), group->videos.end()),
                        group->videos.end());
    for (const std::uint32_t video : group->videos) draft->add_frame(first.key, video);
  };
  sorter_.drain([&](const SortedEntry& entry, std::string_view id) {
    const bool frame = entry.section % kTypes == static_cast<std::uint32_t>(HashType::vpdq);
    if (!group || group->first.section != entry.section || group->first.key != entry.key) {
      close();
      group.emplace(Group{entry, std::string(id), {}});
    } else if (!frame) {
      ++report_.duplicates;
      group->first.flags |= entry.flags;  // a suspended entry suspends its equals
    }
    if (frame) group->videos.push_back(videos_[entry.video].number);
  });
  close();
  for (const auto& [name, list] : lists_) {
    const std::uint32_t first = list.first_section;
    for (const std::uint32_t each : list.videos) {
      const Video& video = videos_[each];
      drafts.at(first + static_cast<std::uint32_t>(HashType::vpdq))
          ->describe_video(
              {video.id, video.line, sorter_.label(video.label), (video.flags & kSuspended) != 0});
      ++report_.entries;
    }
    // A list without entries has a section too, so that `match` finds the list that the policy
    // names.
    const auto next = drafts.lower_bound(first);
    if (next == drafts.end() || next->first >= first + kTypes)
      drafts.emplace(first, std::make_unique<SectionDraft>(HashType::md5, out_.parent_path()));
  }
  return drafts;
}

void Builder::write_file(std::map<std::uint32_t, std::unique_ptr<SectionDraft>>& drafts,
                         const crypto::PrivateKey* key) {
  std::uint64_t data_bytes = 0;
  json::Json sections = json::Json::array();
  for (const auto& [number, draft] : drafts) {
    const List& list = lists_.at(names_[number / kTypes]);
    const policy::List& about = list.about;
    json::Json meta{{"list", about.name},
                    {"source", about.source},
                    {"purpose", about.purpose},
                    {"verified_by", about.verified_by},
                    {"licence", about.licence},
                    {"date", about.date ? base::to_string(*about.date) : ""},
                    {"type", to_string(draft->type())},
                    {"entries", draft->entries()},
                    {"suspended", draft->suspended()},
                    {"file_sha256", list.file_sha256}};
    for (const auto& [name, bytes] : draft->regions()) {
      data_bytes = aligned(data_bytes);
      meta[name] = {{"offset", data_bytes}, {"bytes", bytes}};
      data_bytes += bytes;
    }
    report_.suspended += draft->suspended();
    sections.push_back(std::move(meta));
  }
  const std::string meta = json::canonical({{"sections", std::move(sections)}});
  if (meta.size() > kMaxMetaBytes)
    throw base::Error(base::ExitCode::data, "more lists than one index describes", out_.string());

  Prefix prefix{};
  std::memcpy(prefix.magic, kMagic.data(), kMagic.size());
  prefix.version = kVersion;
  prefix.meta_bytes = meta.size();
  prefix.blocks = (data_bytes + kBlockBytes - 1) / kBlockBytes;
  prefix.signature_bytes = key != nullptr ? kSignatureBytes : 0;
  prefix.data_offset = aligned(
      sizeof prefix + meta.size() + prefix.blocks * 32 + prefix.signature_bytes, kPageBytes);
  prefix.data_bytes = data_bytes;

  base::PendingFile file(out_);
  DataWriter data(file, prefix.data_offset);
  for (const auto& [number, draft] : drafts) draft->write(data, settings_.threads);
  std::string head(reinterpret_cast<const char*>(&prefix), sizeof prefix);
  head += meta;
  head += data.finish();
  report_.sha256 = crypto::sha256_hex(head);
  if (key != nullptr) head += base::as_text(key->sign(head));
  head.resize(prefix.data_offset, '\0');
  file.write_at(0, base::as_bytes(head));
  file.commit();
}

BuildReport Builder::write(const crypto::PrivateKey* key) {
  number_videos();
  auto drafts = draft_sections();
  write_file(drafts, key);
  return report_;
}

}  // namespace proviso::index
