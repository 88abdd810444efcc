// The vault's database: its tables, and what it says of itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sqlite/database.h"

namespace proviso::vault {

constexpr std::string_view kDatabaseName = "vault.db";
constexpr std::string_view kBlobsName = "blobs";
constexpr std::string_view kWritersName = "writers";

void create_tables(sqlite::Database&, bool rehearsal);
std::optional<std::string> read_meta(sqlite::Database&, std::string_view name);
void write_meta(sqlite::Database&, std::string_view name, std::string_view value);
// Error(data) when it is no vault, or one of a newer version.
void check_version(sqlite::Database&, const std::filesystem::path&);

}  // namespace proviso::vault
