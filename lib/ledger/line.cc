#include "ledger/line.h"

#include <fmt/core.h>

#include "json/json.h"
#include "ledger/entry_json.h"

namespace proviso::ledger {

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
  StoredEntry entry;
  entry.index = index;
  entry.line = line;
  const json::Json members = members_of(entry);
  const auto text = [&](const char* name) {
    const auto found = members.find(name);
    return found != members.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  entry.time = base::parse_instant(text("time")).value_or(base::Instant{});
  entry.tool = text("tool");
  entry.run = text("run");
  entry.event = text("event");
  entry.event_id = text("id");
  return entry;
}

}  // namespace proviso::ledger
