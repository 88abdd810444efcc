#include "ledger/line.h"

#include <fmt/core.h>
#include <simdjson.h>

#include "base/error.h"
#include "json/json.h"
#include "ledger/entry_json.h"

namespace proviso::ledger {
namespace {

// Valid until the next line is read.
struct CommonMembers {
  std::optional<std::uint64_t> number;
  std::string_view time, tool, run, event, id;
};

// By simdjson, as every line of a log is read so. nullopt for what is not a JSON object.
std::optional<CommonMembers> common_members(std::string_view line) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(line.data(), line.size()).get(object) != simdjson::SUCCESS) return std::nullopt;
  CommonMembers members;
  // The first of a name counts, where a line that this program did not write has two.
  const auto take = [](simdjson::dom::element value, std::string_view& into) {
    std::string_view text;
    if (into.empty() && value.get(text) == simdjson::SUCCESS) into = text;
  };
  for (const auto& [key, value] : object) {
    if (key == "n") {
      std::uint64_t number = 0;
      if (!members.number && value.get(number) == simdjson::SUCCESS) members.number = number;
    } else if (key == "time") {
      take(value, members.time);
    } else if (key == "tool") {
      take(value, members.tool);
    } else if (key == "run") {
      take(value, members.run);
    } else if (key == "event") {
      take(value, members.event);
    } else if (key == "id") {
      take(value, members.id);
    }
  }
  return members;
}

}  // namespace

std::string line_of(std::uint64_t index, base::Instant time, const Entry& entry,
                    std::string_view event_id) {
  json::OrderedJson line;
  line["n"] = index;
  line["time"] = base::to_string(time);
  line["tool"] = entry.tool;
  if (!entry.run.empty()) line["run"] = entry.run;
  line["event"] = entry.event;
  line["id"] = event_id;
  const json::Json members = json::parse(entry.members, entry.event);
  for (const auto& [name, value] : members.items()) {
    if (!line.contains(name)) line[name] = value;
  }
  return line.dump();
}

json::Json members_of(const StoredEntry& entry) {
  return json::parse(entry.line, fmt::format("ledger entry {}", entry.index));
}

StoredEntry entry_of(std::uint64_t index, std::string_view line) {
  const std::optional<CommonMembers> members = common_members(line);
  if (!members) {
    throw base::Error(base::ExitCode::data, "not a JSON object",
                      fmt::format("ledger entry {}", index));
  }
  StoredEntry entry;
  entry.index = index;
  entry.line = line;
  entry.time = base::parse_instant(members->time).value_or(base::Instant{});
  entry.tool = members->tool;
  entry.run = members->run;
  entry.event = members->event;
  entry.event_id = members->id;
  return entry;
}

std::optional<std::string> Order::fault_of(std::uint64_t index, std::string_view line) {
  const std::optional<CommonMembers> members = common_members(line);
  if (!members) return "the line is not an entry: it was changed";
  if (members->number != index) {
    return fmt::format("entry {} was expected here: an entry was removed, added or re-ordered",
                       index);
  }
  const auto time = base::parse_instant(members->time);
  if (!time || *time < last_) return "the time goes back: an entry was re-ordered or changed";
  last_ = *time;
  return std::nullopt;
}

}  // namespace proviso::ledger
