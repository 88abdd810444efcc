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

}  // namespace

BuildReport merge(const std::filesystem::path& out, std::span<const Index> from, const crypto::PrivateKey* key, const law::Resolved& law, const BuildSettings& settings) {
  std::map<std::string, policy::List> lists;
  std::map<std::string, std::set<std::string>> files;
  for (const Index& index : from) {
    for (const Section& section : index.sections()) {
      const auto [at, is_new] = lists.try_emplace(section.list, list_of(section));
      if (at->second.purpose != section.purpose) {
        throw base::Error(base::ExitCode::data, fmt::format("the list {} was made for '{}' in one index and for '{}' in another", section.list, at->second.purpose, section.purpose));
      }
      const policy::List other = list_of(section);
      if (!is_new && other.date > at->second.date) at->second = other;
      // Only what each edition says of being verified by somebody holds for all of them.
      if (other.verified_by != at->second.verified_by) at->second.verified_by.clear();
      if (!section.file_sha256.empty()) files[section.list].insert(section.file_sha256);
    }
  }
  std::vector<policy::List> abouts;
  for (const auto& [name, list] : lists) abouts.push_back(list);
  Builder builder(out, abouts, law, settings);
  for (const auto& [name, digests] : files) {
    std::string all;
    for (const std::string& digest : digests) all += (all.empty() ? "" : "+") + digest;
    builder.made_from(name, all);
  }
  std::set<base::Sha256> videos;             // an equal video of two indexes is one
  for (const Index& index : from) {
    for (std::uint32_t number = 0; number < index.sections().size(); ++number) {
      const Section& section = index.sections()[number];
      index.for_each(number, [&](const StoredEntry& stored) {
        if (section.type == HashType::vpdq) {
          std::string text = section.list + '\0' + name_of(stored) + '\0' + std::string(stored.label) + (stored.suspended ? "\1" : "\0");
          text.append(reinterpret_cast<const char*>(stored.frames.data()), stored.frames.size() * sizeof(pdq::Hash));
          if (!videos.insert(crypto::sha256(text)).second) return;
        }
        builder.add(section.list, entry_of(section.type, stored));
      });
    }
  }
  return builder.write(key);
}

}  // namespace proviso::index
