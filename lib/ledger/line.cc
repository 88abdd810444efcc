#include "ledger/line.h"

#include <fmt/core.h>

#include "base/error.h"
#include "json/json.h"
#include "ledger/entry_json.h"
#include "ledger/events.h"

namespace proviso::ledger {
std::optional<CommonMembers> common_members(std::string_view line) {
  CommonMembers members;
  const auto take = [](simdjson::dom::element value, std::string_view& into) {
    std::string_view text;
    if (into.empty() && value.get(text) == simdjson::SUCCESS) into = text;
  };
  const bool is_object = with_members(line, [&](simdjson::dom::object object) {
    for (const auto& [key, value] : object) {
      if (key == "n") {
        if (!members.number) members.number = value_as<std::uint64_t>(value);
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
  });
  return is_object ? std::optional(members) : std::nullopt;
}

bool with_members(std::string_view json, const std::function<void(simdjson::dom::object)>& read) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(json.data(), json.size()).get(members) != simdjson::SUCCESS) return false;
  read(members);
  return true;
}

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
  return entry_of(index, line, *members);
}

StoredEntry entry_of(std::uint64_t index, std::string_view line, const CommonMembers& members) {
  StoredEntry entry;
  entry.index = index;
  entry.line = line;
  entry.time = base::parse_instant(members.time).value_or(base::Instant{});
  entry.tool = members.tool;
  entry.run = members.run;
  entry.event = members.event;
  entry.event_id = members.id;
  return entry;
}

std::optional<std::string> Order::fault_of(std::uint64_t index,
                                           const std::optional<CommonMembers>& members) {
  if (!members) return "the line is not an entry: it was changed";
  if (members->number != index) {
    return fmt::format("entry {} was expected here: an entry was removed, added or re-ordered",
                       index);
  }
  const auto time = base::parse_instant(members->time);
  const bool may_go_back = members->event == event::kClockCorrected;
  if (!time || (last_ && *time < *last_ && !may_go_back))
    return "the time goes back: an entry was re-ordered or changed";
  last_ = *time;
  return std::nullopt;
}

}  // namespace proviso::ledger
