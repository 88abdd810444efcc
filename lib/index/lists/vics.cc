// Project VIC / VICS JSON 1.x and 2.0: Media records below `value`, or below the cases in it.
#include <fmt/format.h>

#include "index/lists/formats.h"
#include "index/lists/json_records.h"

namespace proviso::index::lists {
namespace {

// A number, or a string of digits, as text; empty if it is neither.
std::string number_text(const json::Json& value) {
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  if (!value.is_string()) return {};
  const auto& text = value.get_ref<const std::string&>();
  const bool digits = !text.empty() && text.size() <= 19 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  return digits ? text : std::string();
}

std::optional<Flaw> add_named(ListEntry& entry, Feed& feed, std::string_view name,
                              const json::Json& value) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_string()) return Flaw{fmt::format("{}: a string was expected", name.substr(0, 32))};
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty()) return std::nullopt;
  if (const auto type = type_named(name)) return add_hash(entry, *type, text);
  const auto other = unmatchable_named(name);
  if (!other)
    return Flaw{
        fmt::format("AlternativeHashes: '{}' is no hash that is known", name.substr(0, 32))};
  feed.unmatchable(*other);
  return std::nullopt;
}

std::optional<Flaw> read_media(ListEntry& entry, Feed& feed, const json::Json& media,
                               std::string& category) {
  if (const auto id = media.find("MediaID"); id != media.end() && !id->is_null()) {
    entry.id = id->is_string() ? id->get<std::string>() : number_text(*id);
    if (entry.id.empty()) return Flaw{"MediaID: a number or a string was expected"};
  }
  const auto verdict = media.find("Category");
  if (verdict != media.end() && !verdict->is_null()) {
    category = number_text(*verdict);
    if (category.empty()) return Flaw{"Category: a number was expected"};
    entry.label = "category " + category;
  }
  if (const auto size = media.find("MediaSize");
      size != media.end() && !size->is_null() && number_text(*size).empty()) {
    return Flaw{"MediaSize: a number was expected"};
  }
  for (const char* name : {"MD5", "SHA1", "SHA256", "PDQ", "PhotoDNA"}) {
    const auto found = media.find(name);
    if (found == media.end()) continue;
    if (auto flaw = add_named(entry, feed, name, *found)) return flaw;
  }
  const auto others = media.find("AlternativeHashes");
  if (others == media.end() || others->is_null()) return std::nullopt;
  if (!others->is_array()) return Flaw{"AlternativeHashes: an array was expected"};
  for (const json::Json& other : *others) {
    if (!other.is_object() || !other.contains("HashName") || !other["HashName"].is_string() ||
        !other.contains("HashValue")) {
      return Flaw{"AlternativeHashes: objects with HashName and HashValue were expected"};
    }
    if (auto flaw = add_named(entry, feed, other["HashName"].get_ref<const std::string&>(),
                              other["HashValue"]))
      return flaw;
  }
  return std::nullopt;
}

}  // namespace

void read_vics(ByteStream& bytes, Feed& feed) {
  if (feed.list().categories.empty()) {
    throw base::Error(base::ExitCode::config,
                      "the policy names no categories: what a number means differs by country",
                      bytes.name(),
                      "name the categories that are taken, such as lists[].categories: [\"1\", "
                      "\"2\"], from the terms of the list");
  }
  ListEntry entry;
  std::string category;
  const std::uint64_t arrays =
      read_json_records(bytes, {"value", "value/Media"}, [&](const JsonRecord& record) {
        if (!record.flaw.empty()) return feed.reject(record.number, {record.flaw});
        entry = {};
        entry.line = record.number;
        category.clear();
        if (auto flaw = read_media(entry, feed, record.value, category))
          feed.reject(record.number, std::move(*flaw));
        else
          feed.entry(entry, category);
      });
  if (arrays == 0)
    throw base::Error(base::ExitCode::data, "no array 'value': not VICS JSON", bytes.name());
}

}  // namespace proviso::index::lists
