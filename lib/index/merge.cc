#include "index/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "crypto/random.h"

namespace proviso::index {
namespace {

policy::List list_of(const Section& section) {
  policy::List list;
  list.name = section.list;
  list.source = section.source;
  list.purpose = section.purpose;
  list.verified_by = section.verified_by;
  list.licence = section.licence;
  list.date = base::parse_date(section.date);
  return list;
}

ListEntry entry_of(HashType type, const StoredEntry& stored) {
  ListEntry entry;
  entry.id = std::string(stored.id);
  entry.line = stored.line;
  entry.label = std::string(stored.label);
  entry.suspended = stored.suspended;
  if (type == HashType::vpdq) {
    entry.frames = stored.frames;
  } else if (type == HashType::pdq) {
    entry.pdq = stored.pdq;
  } else {
    ExactHash hash;
    hash.type = type;
    std::copy(stored.hash.begin(), stored.hash.end(), hash.bytes.begin());
    entry.exact.push_back(hash);
  }
  return entry;
}

// The digest is equal for equal videos, suspended or not.
base::Sha256 digest_of(const Section& section, std::string_view name, std::string_view label,
                       std::span<const pdq::Hash> frames) {
  std::string text;
  for (const std::string_view word : {std::string_view(section.list), name, label})
    text += fmt::format("{} {}", word.size(), word);
  text.append(reinterpret_cast<const char*>(frames.data()), frames.size_bytes());
  return crypto::sha256(text);
}

base::Sha256 digest_of(const Section& section, std::span<const pdq::Hash> frames) {
  return digest_of(section, {}, {}, frames);
}

// The digests of the suspended videos of every list.
std::set<base::Sha256> suspended_videos(std::span<const Index> from) {
  std::set<base::Sha256> all;
  for (const Index& index : from) {
    for (std::uint32_t number = 0; number < index.sections().size(); ++number) {
      const Section& section = index.sections()[number];
      if (section.type != HashType::vpdq) continue;
      index.for_each(number, [&](const StoredEntry& video) {
        if (video.suspended) all.insert(digest_of(section, video.frames));
      });
    }
  }
  return all;
}

}  // namespace

BuildReport merge(const std::filesystem::path& out, std::span<const Index> from,
                  const crypto::PrivateKey* key, const law::Resolved& law,
                  const BuildSettings& settings) {
  std::map<std::string, policy::List> lists;
  std::map<std::string, std::set<std::string>> files, verified_by;
  for (const Index& index : from) {
    for (const Section& section : index.sections()) {
      const auto [at, is_new] = lists.try_emplace(section.list, list_of(section));
      verified_by[section.list].insert(section.verified_by);
      if (at->second.purpose != section.purpose) {
        throw base::Error(
            base::ExitCode::data,
            fmt::format("the list {} was made for '{}' in one index and for '{}' in another",
                        section.list, at->second.purpose, section.purpose));
      }
      policy::List other = list_of(section);
      if (!is_new && other.date > at->second.date) at->second = std::move(other);
      if (!section.file_sha256.empty()) files[section.list].insert(section.file_sha256);
    }
  }
  std::vector<policy::List> abouts;
  for (auto& [name, list] : lists) {
    // The merged list is verified only if all editions name the same body.
    if (verified_by[name].size() > 1) list.verified_by.clear();
    abouts.push_back(list);
  }
  Builder builder(out, abouts, law, settings);
  for (const auto& [name, digests] : files) {
    std::string all;
    for (const std::string& digest : digests) all += (all.empty() ? "" : "+") + digest;
    builder.made_from(name, all);
  }
  const std::set<base::Sha256> suspended = suspended_videos(from);
  std::set<base::Sha256> videos;  // an equal video of two indexes is one
  for (const Index& index : from) {
    for (std::uint32_t number = 0; number < index.sections().size(); ++number) {
      const Section& section = index.sections()[number];
      index.for_each(number, [&](const StoredEntry& stored) {
        if (section.type == HashType::vpdq) {
          if (!videos.insert(digest_of(section, name_of(stored), stored.label, stored.frames))
                   .second)
            return;
          ListEntry video = entry_of(section.type, stored);
          video.suspended = suspended.count(digest_of(section, stored.frames)) != 0;
          builder.add(section.list, video);
          return;
        }
        builder.add(section.list, entry_of(section.type, stored));
      });
    }
  }
  return builder.write(key);
}

}  // namespace proviso::index
