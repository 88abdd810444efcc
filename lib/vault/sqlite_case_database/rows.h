// Rows of the table `cases`, and the other pieces of SQL that several verbs share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sqlite/database.h"
#include "vault/case_database.h"

namespace proviso::vault {

// The columns that row_of() reads, in its order.
extern const std::string kRowColumns;
CaseRow row_of(sqlite::Database&, sqlite::Statement&, Mode);
// Any state, pending too.
std::optional<CaseRow> find_row(sqlite::Database&, const base::CaseId&, Mode);
std::vector<std::string> purposes_of(sqlite::Database&, const base::CaseId&);

void bind_instant(sqlite::Statement&, int index, const std::optional<base::Instant>&);
// Runs a statement whose only parameter is the case.
void run_for(sqlite::Database&, std::string_view sql, const base::CaseId&);
// Does nothing if the id is in the outbox already.
void insert_line(sqlite::Database&, const OutboxLine&);

}  // namespace proviso::vault
