// ThreatExchange: /threat_updates as JSON (data in an object, an array, or one object a line), and
// the plain lines "pdq HEX".
#include <fmt/format.h>

#include <charconv>

#include "index/lists/formats.h"
#include "index/lists/json_records.h"
#include "index/lists/latest.h"
#include "index/lists/line_entries.h"

namespace proviso::index::lists {
namespace {

constexpr std::string_view kTaken = "MALICIOUS";

struct Update {
  std::string id, indicator, type, label;
  std::int64_t time = 0;
  bool deleted = false;
  std::vector<std::string> statuses;  // of its descriptors
};

bool read_time(const json::Json& value, std::int64_t& time) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX})
    return false;
  if (value.is_number_integer()) {
    time = value.get<std::int64_t>();
    return true;
  }
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time);
  return error == std::errc() && end == text.data() + text.size();
}

// An edge of the graph is an array, or an object with the array in `data`.
const json::Json* edge(const json::Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return nullptr;
  const json::Json* list = &*found;
  if (list->is_object()) {
    const auto data = list->find("data");
    if (data == list->end()) return nullptr;
    list = &*data;
  }
  return list->is_array() ? list : nullptr;
}

void add_tag(std::string& label, const json::Json& tag) {
  std::string text;
  if (tag.is_string())
    text = tag.get<std::string>();
  else if (tag.is_object() && tag.contains("text") && tag["text"].is_string())
    text = tag["text"].get<std::string>();
  if (text.empty() || label.size() + text.size() + 1 > kMaxIdBytes) return;
  label += (label.empty() ? "" : " ") + text;
}

// Reads the fields of an update other than its id and time.
std::string read_words(const json::Json& record, Update& update) {
  for (const auto& [name, into] :
       {std::pair<const char*, std::string*>{"indicator", &update.indicator},
        {"type", &update.type}}) {
    const auto found = record.find(name);
    if (found == record.end()) continue;
    if (!found->is_string()) return fmt::format("{}: a string was expected", name);
    *into = found->get<std::string>();
  }
  if (const json::Json* descriptors = edge(record, "descriptors")) {
    for (const json::Json& descriptor : *descriptors) {
      if (!descriptor.is_object()) return "descriptors: objects were expected";
      const auto status = descriptor.find("status");
      update.statuses.push_back(status != descriptor.end() && status->is_string()
                                    ? status->get<std::string>()
                                    : "UNKNOWN");
      if (const json::Json* tags = edge(descriptor, "tags")) {
        for (const json::Json& tag : *tags) add_tag(update.label, tag);
      }
    }
  } else if (const auto status = record.find("status");
             status != record.end() && status->is_string()) {
    update.statuses.push_back(status->get<std::string>());
  }
  return {};
}

// A tombstone needs an id only: a flaw in the rest of it must not keep its entry in use.
std::string read_update(const json::Json& record, Update& update) {
  const auto id = record.find("id");
  if (id != record.end() && id->is_string())
    update.id = id->get<std::string>();
  else if (id != record.end() && id->is_number_integer())
    update.id = id->dump();
  if (update.id.empty()) return "no id";
  const auto gone = record.find("should_delete");
  if (gone != record.end() && !gone->is_boolean())
    return "should_delete: true or false was expected";
  update.deleted = gone != record.end() && gone->get<bool>();
  const auto time = record.find("last_updated");
  const bool has_time = time != record.end() && read_time(*time, update.time);
  if (update.deleted) {
    if (!has_time) update.time = Latest::kAfterAll;
    read_words(record, update);
    return {};
  }
  if (!has_time && time != record.end()) return "last_updated: a unix time was expected";
  return read_words(record, update);
}

std::optional<Flaw> read_entry(ListEntry& entry, Feed& feed, const Update& update) {
  entry.id = update.id;
  entry.label = update.label;
  for (const std::string& status : update.statuses) {
    entry.affirmative += status == kTaken ? 1u : 0u;
    entry.negative += status == "NON_MALICIOUS" ? 1u : 0u;
  }
  if (const auto type = type_named(update.type)) return add_hash(entry, *type, update.indicator);
  const auto other = unmatchable_named(update.type);
  if (!other)
    return Flaw{fmt::format("type: '{}' is no hash that is known", update.type.substr(0, 32))};
  feed.unmatchable(*other);
  return std::nullopt;
}

}  // namespace

void read_threatexchange(ByteStream& bytes, Feed& feed) {
  const auto each_update = [&](const std::function<void(const JsonRecord&, const std::string& flaw,
                                                        const Update&)>& visit) {
    read_json_records(bytes, {"", "data"}, [&](const JsonRecord& record) {
      Update update;
      std::string flaw = record.flaw;
      if (flaw.empty()) flaw = read_update(record.value, update);
      visit(record, flaw, update);
    });
  };
  Latest latest;
  each_update([&](const JsonRecord&, const std::string& flaw, const Update& update) {
    if (!flaw.empty())
      latest.add_flawed(bytes.name());
    else
      latest.add(update.id, update.time, update.deleted, bytes.name());
  });
  latest.settle();
  bytes.rewind();
  each_update([&](const JsonRecord& record, const std::string& flaw, const Update& update) {
    if (!flaw.empty()) return feed.reject(record.number, {flaw});
    const Latest::State state = latest.state(record.number - 1);
    if (state == Latest::State::superseded) return feed.superseded();
    ListEntry entry;
    entry.line = record.number;
    if (state == Latest::State::deleted) {
      read_entry(entry, feed, update);  // a flaw in what is gone changes nothing
      return feed.deleted(entry);
    }
    if (auto why = read_entry(entry, feed, update))
      return feed.reject(record.number, std::move(*why));
    // Taken when one of its descriptors says so; what others say of it is kept as feedback.
    std::string category = update.statuses.empty() ? "UNKNOWN" : update.statuses.front();
    for (const std::string& status : update.statuses) {
      if (feed.takes(status)) category = status;
    }
    feed.entry(entry, category);
  });
}

void read_threatexchange_lines(ByteStream& bytes, Feed& feed, std::optional<HashType> declared) {
  feed_lines(bytes, feed, "#", [&](ListEntry& entry, std::string_view text) -> std::optional<Flaw> {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) {
      if (!declared)
        return Flaw{"the signal's type is not declared: 'pdq HEX', or the type of the list"};
      return add_hash(entry, *declared, text);
    }
    const std::string_view word = text.substr(0, blank);
    if (const auto type = type_named(word)) return add_hash(entry, *type, trim(text.substr(blank)));
    const auto other = unmatchable_named(word);
    if (!other) return Flaw{fmt::format("'{}' is no signal that is known", word.substr(0, 32))};
    feed.unmatchable(*other);
    return std::nullopt;
  });
}

}  // namespace proviso::index::lists
