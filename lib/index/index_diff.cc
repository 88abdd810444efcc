#include "index/index_diff.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "crypto/random.h"

namespace proviso::index {
namespace {

using Key = std::pair<std::string, HashType>;
using Take = std::function<void(const Change&)>;

std::map<Key, std::uint32_t> by_key(const Index& index) {
  std::map<Key, std::uint32_t> all;
  for (std::uint32_t number = 0; number < index.sections().size(); ++number) {
    const Section& section = index.sections()[number];
    if (section.entries != 0) all.emplace(Key{section.list, section.type}, number);
  }
  return all;
}

// Iterates over the entries of a section; there are none if the section does not exist.
class Cursor {
 public:
  Cursor(const Index& index, std::optional<std::uint32_t> section)
      : index_(index), section_(section) {
    load();
  }
  bool ended() const { return !entry_; }
  const StoredEntry& operator*() const { return *entry_; }
  void next() {
    ++at_;
    load();
  }

 private:
  void load() {
    if (section_ && at_ < index_.sections()[*section_].entries)
      entry_ = index_.entry(*section_, at_);
    else
      entry_.reset();
  }
  const Index& index_;
  std::optional<std::uint32_t> section_;
  std::uint64_t at_ = 0;
  std::optional<StoredEntry> entry_;
};

int order(HashType type, const StoredEntry& a, const StoredEntry& b) {
  if (type == HashType::pdq) return a.pdq < b.pdq ? -1 : b.pdq < a.pdq ? 1 : 0;
  return std::memcmp(a.hash.data(), b.hash.data(), a.hash.size());
}

Change change_of(Change::Kind kind, const Key& key, const StoredEntry* old,
                 const StoredEntry* now) {
  Change change;
  change.kind = kind;
  change.list = key.first;
  change.type = key.second;
  const StoredEntry& shown = now != nullptr ? *now : *old;
  if (key.second == HashType::pdq)
    change.hash = pdq::to_hex(shown.pdq);
  else if (key.second != HashType::vpdq)
    change.hash = base::to_hex(shown.hash);
  if (now != nullptr) {
    change.entry = name_of(*now);
    change.label = std::string(now->label);
    change.suspended = now->suspended;
  }
  if (old != nullptr) {
    change.old_entry = name_of(*old);
    change.old_label = std::string(old->label);
    change.was_suspended = old->suspended;
  }
  return change;
}

void diff_hashes(const Index& before, const Index& after, const Key& key,
                 std::optional<std::uint32_t> old_section, std::optional<std::uint32_t> new_section,
                 SectionDiff& counts, const Take& take) {
  Cursor a(before, old_section);
  Cursor b(after, new_section);
  while (!a.ended() || !b.ended()) {
    const int which = a.ended() ? 1 : b.ended() ? -1 : order(key.second, *a, *b);
    if (which < 0) {
      ++counts.removed;
      if (take) take(change_of(Change::Kind::removed, key, &*a, nullptr));
    } else if (which > 0) {
      ++counts.added;
      if (take) take(change_of(Change::Kind::added, key, nullptr, &*b));
    } else if ((*a).id != (*b).id || (*a).label != (*b).label || (*a).suspended != (*b).suspended) {
      ++counts.changed;
      if (take) take(change_of(Change::Kind::changed, key, &*a, &*b));
    } else {
      ++counts.kept;
    }
    if (which <= 0) a.next();
    if (which >= 0) b.next();
  }
}

// Videos have no common order in two indexes: they are compared by id, label, suspension and
// frames.
void diff_videos(const Index& before, const Index& after, const Key& key,
                 std::optional<std::uint32_t> old_section, std::optional<std::uint32_t> new_section,
                 SectionDiff& counts, const Take& take) {
  const auto digest_of = [](const StoredEntry& video) {
    std::string text =
        std::string(video.id) + '\0' + std::string(video.label) + (video.suspended ? "\1" : "\0");
    text.append(reinterpret_cast<const char*>(video.frames.data()),
                video.frames.size() * sizeof(pdq::Hash));
    return crypto::sha256(text);
  };
  std::map<base::Sha256, int> balance;
  if (old_section)
    before.for_each(*old_section, [&](const StoredEntry& video) { --balance[digest_of(video)]; });
  if (new_section) {
    after.for_each(*new_section, [&](const StoredEntry& video) {
      if (++balance[digest_of(video)] <= 0) {
        ++counts.kept;
        return;
      }
      ++counts.added;
      if (take) take(change_of(Change::Kind::added, key, nullptr, &video));
    });
  }
  if (!old_section) return;
  before.for_each(*old_section, [&](const StoredEntry& video) {
    int& left = balance[digest_of(video)];
    if (left >= 0) return;
    ++left;
    ++counts.removed;
    if (take) take(change_of(Change::Kind::removed, key, &video, nullptr));
  });
}

}  // namespace

std::string_view to_string(Change::Kind kind) {
  constexpr std::array<std::string_view, 3> kWords{"added", "removed", "changed"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::vector<SectionDiff> diff(const Index& before, const Index& after, const Take& take) {
  const auto old_sections = by_key(before);
  const auto new_sections = by_key(after);
  std::map<Key, SectionDiff> all;
  for (const auto* sections : {&old_sections, &new_sections}) {
    for (const auto& [key, number] : *sections)
      all[key] = {key.first, key.second, 0, 0, 0, 0, 0, 0};
  }
  std::vector<SectionDiff> told;
  for (auto& [key, counts] : all) {
    const auto find = [&, &wanted = key](const std::map<Key, std::uint32_t>& in) {
      const auto at = in.find(wanted);
      return at == in.end() ? std::nullopt : std::optional(at->second);
    };
    const auto old_section = find(old_sections);
    const auto new_section = find(new_sections);
    const bool video = key.second == HashType::vpdq;
    const auto size = [video](const Section& section) {
      return video ? section.videos : section.entries;
    };
    if (old_section) counts.before = size(before.sections()[*old_section]);
    if (new_section) counts.after = size(after.sections()[*new_section]);
    if (video)
      diff_videos(before, after, key, old_section, new_section, counts, take);
    else
      diff_hashes(before, after, key, old_section, new_section, counts, take);
    told.push_back(counts);
  }
  return told;
}

}  // namespace proviso::index
