#include "vault/case_database.h"

#include "vault/sqlite_case_database/database.h"

namespace proviso::vault {

std::vector<std::int64_t> ReplayKeys::ids() const {
  std::vector<std::int64_t> all;
  for (const ReplayKey& key : keys) all.push_back(key.id);
  return all;
}

void CaseDatabase::each(const std::function<bool(const CaseRow&)>& visit) {
  std::optional<CaseRow> last;
  for (;;) {
    std::vector<CaseRow> rows = page(last ? &*last : nullptr, kPage);
    for (const CaseRow& row : rows) {
      if (!visit(row)) return;
    }
    if (rows.size() < kPage) return;
    last = std::move(rows.back());
  }
}

void create_case_database(const std::string& place, Mode mode) {
  SqliteCaseDatabase::create(place, mode);
}

std::unique_ptr<CaseDatabase> open_case_database(const std::string& place) {
  return std::make_unique<SqliteCaseDatabase>(place);
}

}  // namespace proviso::vault
