#include "vault/outbox.h"

#include <string>
#include <vector>

#include "base/file.h"
#include "crypto/random.h"
#include "json/json.h"

namespace proviso::vault {

void post(sqlite::Database& database, const ledger::Entry& entry) {
  const json::Json line = {{"event", entry.event},
                           {"tool", entry.tool},
                           {"run", entry.run},
                           {"data", json::parse(entry.members, entry.event)}};
  sqlite::Statement insert(database, "INSERT INTO outbox(event_id, entry) VALUES(?, ?)");
  insert.bind(1, entry.event_id.empty() ? crypto::random_hex(16) : entry.event_id)
      .bind(2, line.dump())
      .run();
}

void deliver(sqlite::Database& database, ledger::Ledger& ledger,
             const std::filesystem::path& vault) {
  std::vector<std::int64_t> delivered;
  std::vector<json::Json> lines;
  std::vector<std::string> ids;
  {
    sqlite::Statement select(database, "SELECT seq, event_id, entry FROM outbox ORDER BY seq");
    while (select.step()) {
      delivered.push_back(select.integer(0));
      ids.push_back(select.text(1));
      lines.push_back(json::parse(select.text(2), "outbox"));
    }
  }
  if (lines.empty()) return;

  std::vector<ledger::Entry> entries;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ledger::Entry entry;
    entry.event = lines[i].at("event").get<std::string>();
    entry.tool = lines[i].at("tool").get<std::string>();
    entry.run = lines[i].at("run").get<std::string>();
    entry.event_id = ids[i];
    entry.members = lines[i].at("data").dump();
    entries.push_back(std::move(entry));
  }
  ledger.append(entries);

  sqlite::Transaction transaction(database);
  sqlite::Statement remove(database, "DELETE FROM outbox WHERE seq = ?");
  for (const std::int64_t seq : delivered) remove.bind(1, seq).run();
  transaction.commit();
  base::write_file_atomically(vault / "checkpoint",
                              base::read_file(ledger.directory() / "checkpoint"), 0600);
}

}  // namespace proviso::vault
