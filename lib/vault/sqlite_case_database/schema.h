// The tables of vault.db, their versions, and what the database says of itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sqlite/database.h"
#include "vault/case_database.h"

namespace proviso::vault {

void create_tables(sqlite::Database&, Mode);
// Brings the tables to the newest version, in one transaction. Error(data) if it is not a vault or
// of a version that this program does not know. Returns its mode.
Mode migrate(sqlite::Database&, const std::filesystem::path& folder);
std::optional<std::string> read_meta(sqlite::Database&, std::string_view name);
void write_meta(sqlite::Database&, std::string_view name, std::string_view value);

}  // namespace proviso::vault
