#include "ledger/line.h"

#include <fmt/core.h>

#include "json/json.h"

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
  for (const auto& [name, value] : entry.data.items()) {
    if (!line.contains(name)) line[name] = value;
  }
  return line.dump();
}

StoredEntry entry_of(std::uint64_t index, std::string_view line) {
  StoredEntry entry;
  entry.index = index;
  entry.data = json::parse(line, fmt::format("ledger entry {}", index));
  const auto text = [&](const char* name) {
    const auto found = entry.data.find(name);
    return found != entry.data.end() && found->is_string() ? found->get<std::string>()
                                                           : std::string();
  };
  entry.time = base::parse_instant(text("time")).value_or(base::Instant{});
  entry.tool = text("tool");
  entry.run = text("run");
  entry.event = text("event");
  entry.event_id = text("id");
  return entry;
}

}  // namespace proviso::ledger
