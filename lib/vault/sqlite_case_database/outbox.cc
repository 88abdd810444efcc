#include "vault/sqlite_case_database/database.h"

namespace proviso::vault {

std::vector<OutboxLine> SqliteCaseDatabase::undelivered(std::string_view origin,
                                                        std::size_t limit) {
  std::vector<OutboxLine> lines;
  // An empty origin: see rows.cc.
  sqlite::Statement select(
      database_,
      "SELECT event_id, entry FROM outbox WHERE origin = ?1 OR (origin = '' AND ?1 = (SELECT value "
      "FROM meta WHERE name = 'origin')) ORDER BY seq LIMIT ?2");
  select.bind(1, origin).bind(2, static_cast<std::int64_t>(limit));
  while (select.step())
    lines.push_back(OutboxLine{select.text(0), std::string(origin), select.text(1)});
  return lines;
}

void SqliteCaseDatabase::delivered(std::span<const OutboxLine> lines) {
  sqlite::Transaction transaction(database_);
  sqlite::Statement remove(database_, "DELETE FROM outbox WHERE event_id = ?");
  for (const OutboxLine& line : lines) remove.bind(1, line.event_id).run();
  transaction.commit();
}

}  // namespace proviso::vault
