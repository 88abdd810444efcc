#include "vault/outbox.h"

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "crypto/random.h"
#include "json/json.h"
#include "ledger/checkpoint_copy.h"

namespace proviso::vault {

OutboxLine outbox_line(std::string_view origin, const ledger::Entry& entry) {
  const json::Json line = {{"event", entry.event},
                           {"tool", entry.tool},
                           {"run", entry.run},
                           {"since", entry.id_since},
                           {"data", json::parse(entry.members, entry.event)}};
  return {entry.event_id.empty() ? crypto::random_hex(16) : entry.event_id, std::string(origin),
          line.dump()};
}

namespace {

// Error(data) for a line that outbox_line() did not make.
ledger::Entry entry_of(const OutboxLine& line) {
  const std::string where = "outbox line " + line.event_id;
  const json::Json document = json::parse(line.entry, where);
  try {
    ledger::Entry entry;
    entry.event = document.at("event").get<std::string>();
    entry.tool = document.at("tool").get<std::string>();
    entry.run = document.at("run").get<std::string>();
    entry.event_id = line.event_id;
    entry.members = document.at("data").dump();
    // Lines of builds before December 2026 have none: the whole log is searched then.
    entry.id_since = document.value("since", std::uint64_t{0});
    return entry;
  } catch (const json::Json::exception&) {
    throw base::Error(base::ExitCode::data,
                      "a member is missing or has the wrong type: the line was changed", where,
                      "nothing is delivered to the ledger before that is settled");
  }
}

}  // namespace

void deliver(CaseDatabase& database, ledger::Ledger& ledger, std::string_view origin,
             const std::filesystem::path& folder) {
  for (;;) {
    const std::vector<OutboxLine> lines = database.undelivered(origin, kMaxGroup);
    if (lines.empty()) return;
    std::vector<ledger::Entry> entries;
    entries.reserve(lines.size());
    for (const OutboxLine& line : lines) entries.push_back(entry_of(line));
    ledger.append(entries);
    database.delivered(lines);
    keep_copy(ledger, folder);
    if (lines.size() < kMaxGroup) return;
  }
}

}  // namespace proviso::vault
