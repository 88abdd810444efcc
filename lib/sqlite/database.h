// SQLite: handles, statements, transactions; every error is base::Error (io; temp_fail when the
// database is busy).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace proviso::sqlite {

class Database;

// A prepared statement. Bind from 1, step, read columns from 0. One thread at a time.
class Statement {
 public:
  Statement(Database&, std::string_view sql);
  Statement(Statement&&) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::span<const std::byte> blob);
  Statement& bind_null(int index);
  bool step();   // true: a row; false: done
  void run();    // step to the end, then reset
  void reset();  // and clear the bindings

  std::string text(int column) const;
  std::int64_t integer(int column) const;
  base::Bytes blob(int column) const;
  bool is_null(int column) const;

 private:
  Database* database_;
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  enum class Mode { read_only, read_write, create };
  // WAL, synchronous=FULL, secure_delete=ON, foreign_keys=ON, busy timeout 10 s, defensive,
  // trusted_schema=OFF.
  Database(const std::filesystem::path&, Mode);
  Database(Database&&) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  void run(std::string_view sql);
  std::int64_t changes() const;
  // wal_checkpoint(TRUNCATE). False if a reader keeps it from finishing (BUSY).
  bool checkpoint_truncate();
  sqlite3* handle() { return handle_; }
  const std::string& name() const { return name_; }

 private:
  sqlite3* handle_ = nullptr;
  std::string name_;
};

// BEGIN IMMEDIATE. Rolls back in the destructor unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Database&);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database* database_;
  bool open_ = true;
};

}  // namespace proviso::sqlite
