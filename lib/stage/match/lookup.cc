#include "stage/match/lookup.h"

#include <fmt/core.h>

#include <algorithm>

namespace proviso::stage {
namespace {

bool is_known_good(std::string_view purpose) {
  return policy::list_purpose(purpose) == policy::ListPurpose::known_good;
}

ListHit list_hit(index::Hit&& hit) {
  return {hit.section,          std::move(hit.list),   std::move(hit.entry),
          std::move(hit.label), std::move(hit.method), hit.distance,
          hit.threshold,        hit.verified_list,     hit.suspended};
}

void append(std::vector<index::Hit>&& found, std::vector<ListHit>& out) {
  for (index::Hit& hit : found) out.push_back(list_hit(std::move(hit)));
}

}  // namespace

Lookup::Lookup(const policy::Policy& policy, const std::optional<std::string>& expected)
    : index_(index::open_of(policy, policy.index)), version_(index_.digest()) {
  if (expected && *expected != version_) {
    throw base::Error(
        base::ExitCode::config,
        fmt::format("the index is version {}, expected {}", version_, *expected),
        policy.index.string(),
        "bring this host's index up to date, or ask for the version that it should have");
  }
  const auto& sections = index_.sections();
  const auto require = [&](const std::string& list, const std::string& whose) {
    if (std::any_of(sections.begin(), sections.end(),
                    [&](const index::Section& section) { return section.list == list; }))
      return;
    throw base::Error(base::ExitCode::config,
                      fmt::format("{}: the index has no section of list '{}'", whose, list),
                      policy.index.string(), "rebuild it with 'proviso index build'");
  };
  for (const policy::Technology& technology : policy.technologies) {
    for (const std::string& list : technology.lists) require(list, "technology " + technology.name);
  }
  // Without them, files that are known to be harmless would be hits.
  for (const policy::List& list : policy.lists) {
    if (is_known_good(list.purpose)) require(list.name, "known-good files");
  }
  for (const index::Section& section : sections) {
    const bool there = std::find(known_good_lists_.begin(), known_good_lists_.end(),
                                 section.list) != known_good_lists_.end();
    if (is_known_good(section.purpose) && !there) known_good_lists_.push_back(section.list);
  }
}

std::vector<ledger::IndexSection> Lookup::sections() const {
  std::vector<ledger::IndexSection> out;
  for (const index::Section& section : index_.sections())
    out.push_back({section.list, std::string(index::to_string(section.type)), section.entries});
  return out;
}

std::vector<std::string> Lookup::hit_lists(std::span<const std::string> lists) const {
  std::vector<std::string> out;
  for (const std::string& list : lists) {
    if (std::find(known_good_lists_.begin(), known_good_lists_.end(), list) ==
        known_good_lists_.end())
      out.push_back(list);
  }
  return out;
}

// For the index no list means every list; here it means none.
void Lookup::exact(digest::Type type, std::span<const std::byte> digests,
                   std::span<const std::string> lists,
                   std::vector<std::vector<ListHit>>& out) const {
  out.assign(digests.size() / digest::size_of(type), {});
  if (lists.empty()) return;
  std::vector<std::vector<index::Hit>> found;
  index_.find_exact(type, digests, lists, found);
  for (std::size_t i = 0; i < found.size(); ++i) append(std::move(found[i]), out[i]);
}

void Lookup::pdq(std::span<const pdq::Hash> queries, int radius, std::span<const std::string> lists,
                 std::vector<std::vector<ListHit>>& out) const {
  out.assign(queries.size(), {});
  if (lists.empty()) return;
  std::vector<std::vector<index::Hit>> found;
  index_.find_pdq(queries, radius, lists, found);
  for (std::size_t i = 0; i < found.size(); ++i) append(std::move(found[i]), out[i]);
}

void Lookup::vpdq(std::span<const pdq::Hash> frames, int radius, std::span<const std::string> lists,
                  std::vector<VideoHit>& out) const {
  if (lists.empty() || frames.empty()) return;
  std::vector<index::VideoHit> found;
  index_.find_vpdq(frames, radius, lists, found);
  for (index::VideoHit& each : found) {
    VideoHit video;
    video.frames = each.frames;
    video.frames_matched = each.frames_matched;
    video.query_frames = each.query_frames;
    video.query_frames_matched = each.query_frames_matched;
    static_cast<ListHit&>(video) = list_hit(std::move(each));
    out.push_back(std::move(video));
  }
}

std::optional<std::string> Lookup::known_good(const HashedLeaf& leaf) const {
  if (known_good_lists_.empty()) return std::nullopt;
  for (const auto& [type, digest] : leaf.digests) {
    std::vector<std::vector<ListHit>> found;
    exact(type, digest, known_good_lists_, found);
    for (ListHit& hit : found.front()) {
      if (!hit.suspended) return std::move(hit.list);
    }
  }
  return std::nullopt;
}

}  // namespace proviso::stage
