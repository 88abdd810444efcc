#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <tuple>

#include "base/file.h"
#include "crypto/random.h"
#include "index/index.h"
#include "index/layout.h"
#include "json/json.h"

namespace proviso::index {
namespace {

constexpr double kMaxBadShare = 0.01;

// One hash type of one list, sorted by hash, then by id: the order of the input does not show.
struct Draft {
  const ListInput* list;
  std::string type;
  std::vector<const Entry*> entries;
};

std::string key_of(const Entry& entry) {
  if (entry.digest_type) return std::string(base::as_text(entry.digest));
  return pdq::to_hex(entry.pdq);
}

std::string type_of(const Entry& entry) { return entry.digest_type ? std::string(digest::to_string(*entry.digest_type)) : "pdq"; }

template <class T>
void append_raw(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void align(std::string& out, std::size_t to) { out.append((to - out.size() % to) % to, '\0'); }

json::Json region(std::uint64_t offset, std::uint64_t bytes) { return {{"offset", offset}, {"bytes", bytes}}; }

// Starts of each 16-bit prefix in a sorted sequence of prefixes.
void append_starts(std::string& out, const std::vector<std::uint16_t>& sorted) {
  std::size_t at = 0;
  for (std::uint32_t prefix = 0; prefix < kPrefixes; ++prefix) {
    while (at < sorted.size() && sorted[at] < prefix) ++at;
    append_raw(out, static_cast<std::uint32_t>(at));
  }
}

std::uint16_t slot_of(const pdq::Hash& hash, int slot) {
  return static_cast<std::uint16_t>(hash.words[static_cast<std::size_t>(slot / 4)] >> (48 - 16 * (slot % 4)));
}

// A counting sort of the entries by one slot: 65,537 starts, then the entry numbers.
void append_slot_table(std::string& out, const std::vector<const Entry*>& entries, int slot) {
  std::vector<std::uint32_t> starts(kPrefixes, 0);
  for (const Entry* entry : entries) ++starts[slot_of(entry->pdq, slot) + 1u];
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  std::vector<std::uint32_t> at(starts.begin(), starts.end() - 1);
  std::vector<std::uint32_t> numbers(entries.size());
  for (std::uint32_t i = 0; i < entries.size(); ++i) numbers[at[slot_of(entries[i]->pdq, slot)]++] = i;
  out.append(reinterpret_cast<const char*>(starts.data()), starts.size() * sizeof(std::uint32_t));
  out.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(std::uint32_t));
}

json::Json write_section(std::string& data, const Draft& draft) {
  const policy::List& about = draft.list->about;
  json::Json meta{{"list", about.name},       {"source", about.source},           {"purpose", about.purpose},
                  {"type", draft.type},       {"verified_by", about.verified_by}, {"entries", draft.entries.size()}};
  align(data, 64);
  std::uint64_t begin = data.size();
  for (const Entry* entry : draft.entries) {
    if (entry->digest_type) data += base::as_text(entry->digest);
    else data.append(reinterpret_cast<const char*>(entry->pdq.words.data()), 32);
  }
  meta["hashes"] = region(begin, data.size() - begin);

  align(data, 64);
  begin = data.size();
  if (draft.type == "pdq") {
    for (int slot = 0; slot < kSlots; ++slot) append_slot_table(data, draft.entries, slot);
  } else {
    std::vector<std::uint16_t> prefixes;
    for (const Entry* entry : draft.entries) {
      prefixes.push_back(static_cast<std::uint16_t>(std::to_integer<unsigned>(entry->digest[0]) << 8 | std::to_integer<unsigned>(entry->digest[1])));
    }
    append_starts(data, prefixes);
  }
  meta["table"] = region(begin, data.size() - begin);

  std::string strings;
  std::map<std::string, std::uint32_t> known;
  const auto intern = [&](const std::string& text) {
    const auto [at, is_new] = known.try_emplace(text, static_cast<std::uint32_t>(strings.size()));
    if (is_new) strings += text;
    if (strings.size() > 0xffffffffu) throw base::Error(base::ExitCode::data, "ids and labels of one list over 4 GiB", about.path.string());
    return at->second;
  };
  align(data, 64);
  begin = data.size();
  for (const Entry* entry : draft.entries) {
    append_raw(data, Info{intern(entry->id), intern(entry->label), static_cast<std::uint16_t>(entry->id.size()),
                          static_cast<std::uint16_t>(entry->label.size())});
  }
  meta["info"] = region(begin, data.size() - begin);
  align(data, 64);
  meta["strings"] = region(data.size(), strings.size());
  data += strings;
  return meta;
}

void check_list(const ListInput& list, const law::Resolved& law, bool strict) {
  const std::string place = list.about.path.string();
  if (list.about.purpose != "known-csam" && list.about.purpose != "csam" && list.about.purpose != "known-good") {
    const law::Refusal refusal = law.refusal("SC-08", "");
    throw base::Error(base::ExitCode::config, fmt::format("the list was made for '{}', not against child sexual abuse: {} ({})", list.about.purpose, refusal.rule, refusal.citation), place);
  }
  if (list.bad.empty()) return;
  std::set<std::uint64_t> good;
  const double lines = static_cast<double>(list.entries.size() + list.bad.size());
  if (strict || static_cast<double>(list.bad.size()) > kMaxBadShare * lines) {
    std::vector<base::Finding> findings;
    for (const BadLine& bad : list.bad) findings.push_back({fmt::format("{}:{}", place, bad.line), bad.why});
    throw base::Error(base::ExitCode::data, std::move(findings),
                      strict ? "every line must be right under --strict" : "more than 1% of the list is wrong; nothing was built");
  }
}

}  // namespace

BuildReport build(const std::filesystem::path& out, const std::vector<ListInput>& lists, const crypto::PrivateKey* key,
                  const law::Resolved& law, bool strict) {
  BuildReport report;
  std::vector<Draft> drafts;
  for (const ListInput& list : lists) {
    check_list(list, law, strict);
    report.rejected += list.bad.size();
    std::set<std::pair<std::string, std::string>> suspended;
    for (const Entry& entry : list.entries) {
      if (entry.suspended) suspended.emplace(type_of(entry), key_of(entry));
    }
    for (const char* type : {"md5", "sha1", "sha256", "pdq"}) {
      Draft draft{&list, type, {}};
      for (const Entry& entry : list.entries) {
        if (type_of(entry) == type && suspended.count({type, key_of(entry)}) == 0) draft.entries.push_back(&entry);
      }
      std::sort(draft.entries.begin(), draft.entries.end(), [](const Entry* a, const Entry* b) {
        if (a->digest_type) return std::tie(a->digest, a->id) < std::tie(b->digest, b->id);
        return std::tie(a->pdq, a->id) < std::tie(b->pdq, b->id);
      });
      const auto last = std::unique(draft.entries.begin(), draft.entries.end(), [](const Entry* a, const Entry* b) {
        return a->digest == b->digest && a->pdq == b->pdq;
      });
      report.duplicates += static_cast<std::uint64_t>(draft.entries.end() - last);
      draft.entries.erase(last, draft.entries.end());
      report.entries += draft.entries.size();
      if (draft.entries.size() > 0xfffffffeu) throw base::Error(base::ExitCode::data, "more entries than one section holds", list.about.path.string());
      // A list without entries of any type still has a section, so that `match` finds the list it was told of.
      const bool placeholder = list.entries.empty() && std::string_view(type) == "md5";
      if (!draft.entries.empty() || placeholder) drafts.push_back(std::move(draft));
    }
    if (!list.entries.empty() && std::none_of(drafts.begin(), drafts.end(), [&](const Draft& d) { return d.list == &list; })) {
      drafts.push_back({&list, "md5", {}});      // every entry is suspended
    }
  }
  std::sort(drafts.begin(), drafts.end(), [](const Draft& a, const Draft& b) {
    return std::tie(a.list->about.name, a.type) < std::tie(b.list->about.name, b.type);
  });

  std::string data;
  json::Json sections = json::Json::array();
  for (const Draft& draft : drafts) sections.push_back(write_section(data, draft));
  const std::string meta = json::canonical({{"sections", std::move(sections)}});

  Prefix prefix{};
  std::memcpy(prefix.magic, kMagic.data(), kMagic.size());
  prefix.version = kVersion;
  prefix.meta_bytes = meta.size();
  prefix.blocks = (data.size() + kBlockBytes - 1) / kBlockBytes;
  prefix.signature_bytes = key != nullptr ? kSignatureBytes : 0;
  const std::uint64_t head = sizeof prefix + meta.size() + prefix.blocks * 32 + prefix.signature_bytes;
  prefix.data_offset = (head + kPageBytes - 1) / kPageBytes * kPageBytes;
  prefix.data_bytes = data.size();

  std::string file(reinterpret_cast<const char*>(&prefix), sizeof prefix);
  file += meta;
  for (std::uint64_t at = 0; at < data.size(); at += kBlockBytes) {
    const base::Sha256 digest = crypto::sha256(std::string_view(data).substr(at, kBlockBytes));
    file += base::as_text(digest);
  }
  report.sha256 = crypto::sha256_hex(file);
  if (key != nullptr) {
    const base::Bytes signature = key->sign(file);
    file += base::as_text(signature);
  }
  file.resize(prefix.data_offset, '\0');
  file += data;
  base::write_file_atomically(out, file);
  return report;
}

}  // namespace proviso::index
