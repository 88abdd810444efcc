#include "policy/list.h"

#include <algorithm>

namespace proviso::policy {
namespace {

// The end of a file's name if it begins with a dot, else the whole name, in lower case.
struct FileName {
  std::string_view name;
  std::optional<ListFormat> format;
  std::optional<HashType> type{};
};

// The first match counts; a name without a match is of format hex.
constexpr std::array<FileName, 25> kFileNames{
    {{"nsrlfile.txt", ListFormat::nsrl},
     {"md5sum", ListFormat::digests, HashType::md5},
     {"md5sums", ListFormat::digests, HashType::md5},
     {"md5sum.txt", ListFormat::digests, HashType::md5},
     {"md5sums.txt", ListFormat::digests, HashType::md5},
     {"sha1sum", ListFormat::digests, HashType::sha1},
     {"sha1sums", ListFormat::digests, HashType::sha1},
     {"sha1sum.txt", ListFormat::digests, HashType::sha1},
     {"sha1sums.txt", ListFormat::digests, HashType::sha1},
     {"sha256sum", ListFormat::digests, HashType::sha256},
     {"sha256sums", ListFormat::digests, HashType::sha256},
     {"sha256sum.txt", ListFormat::digests, HashType::sha256},
     {"sha256sums.txt", ListFormat::digests, HashType::sha256},
     {".md5", ListFormat::digests, HashType::md5},
     {".sha1", ListFormat::digests, HashType::sha1},
     {".sha256", ListFormat::digests, HashType::sha256},
     {".hashdeep", ListFormat::hashdeep},
     {".csv", ListFormat::csv},
     {".ndjson", ListFormat::ndjson},
     {".jsonl", ListFormat::ndjson},
     {".vics.json", ListFormat::vics},
     {".xml", ListFormat::ncmec},
     {".json", std::nullopt},
     {".db", std::nullopt},
     {".sqlite", std::nullopt}}};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

bool fits(std::string_view pattern, std::string_view name, std::string_view extension) {
  if (pattern.front() != '.') return name == pattern;
  if (extension == pattern) return true;
  // ".vics.json" is longer than a path's extension.
  return pattern.find('.', 1) != std::string_view::npos && name.size() >= pattern.size() &&
         name.substr(name.size() - pattern.size()) == pattern;
}

}  // namespace

ListPurpose list_purpose(std::string_view word) {
  return base::value_of(kListPurposes, word).value_or(ListPurpose::other);
}

const ListFormatRow& row_of(ListFormat format) {
  return *std::find_if(kListFormats.begin(), kListFormats.end(),
                       [&](const ListFormatRow& row) { return row.value == format; });
}

std::string_view to_string(ListFormat format) { return base::word_of(kListFormats, format); }

std::string_view to_string(ListColumn column) { return base::word_of(kListColumns, column); }
std::optional<ListColumn> parse_list_column(std::string_view word) {
  return base::value_of(kListColumns, word);
}

NamedForm form_named_by(const fs::path& file) {
  const std::string name = lower(file.filename().string());
  const std::string extension = lower(file.extension().string());
  NamedForm form{ListFormat::hex, std::nullopt};
  for (const FileName& each : kFileNames) {
    if (!fits(each.name, name, extension)) continue;
    form = {each.format, each.type};
    break;
  }
  const std::string inner = lower(file.stem().extension().string());
  if (!form.type && !inner.empty()) form.type = base::value_of(kListTypes, inner.substr(1));
  return form;
}

}  // namespace proviso::policy
