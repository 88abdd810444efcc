// One line of the stream: parsed by simdjson's DOM, written by splicing.
//
// A record is immutable; with() gives the line with one more member put before the last brace,
// every other byte as it was.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace proviso::ndjson {

constexpr std::size_t kMaxLineBytes = 16u << 20;
constexpr std::size_t kMaxIdBytes = 256;
constexpr int kMaxDepth = 64;

// Owns what parsing needs; one per thread. The elements of a Record live until the next parse with
// the same Parser.
struct Field {
  std::string_view key;
  simdjson::dom::element value;
};

class Parser {
 public:
  Parser();
  ~Parser();
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;
  // Gives memory that a large line took back. No record of this parser may be alive.
  void shrink();

 private:
  friend class Record;
  std::unique_ptr<simdjson::dom::parser> dom_;
  std::vector<Field> fields_;  // of the last record
};

class Record {
 public:
  // Checks the whole line: JSON object, UTF-8, depth, no repeated top-level key, "id" a string
  // of 1..256 bytes. Item error bad_record. `line` has no newline and is kept by the record.
  static base::Result<Record> parse(Parser&, std::string line);

  const std::string& line() const { return line_; }
  std::string_view id() const { return id_; }
  simdjson::dom::object root() const { return root_; }
  // The top-level members, in their order.
  std::span<const Field> fields() const { return fields_; }
  bool has(std::string_view top_level_key) const;
  std::optional<simdjson::dom::element> find(std::string_view top_level_key) const;

  // Typed reads by path ("content.path"): absent is nullopt, a wrong type is item error bad_record
  // that names the field.
  base::Result<std::optional<std::string_view>> string(std::string_view path) const;
  std::string text(std::string_view path) const;  // the string, or "" for whatever else is there
  base::Result<std::optional<bool>> boolean(std::string_view path) const;
  base::Result<std::optional<std::uint64_t>> unsigned_integer(std::string_view path) const;

  // The line with one more member: spliced().
  std::string with(std::string_view name, std::string_view value) const;
  // Gives the line's memory back for the next one; the record is then over.
  std::string take_line() && { return std::move(line_); }

 private:
  std::string line_;
  std::string_view id_;  // into the parser's tape
  simdjson::dom::object root_;
  std::span<const Field> fields_;  // in the parser
};

// RFC 8785 text of a parsed element (numbers beyond 2^53 as written by simdjson's integer types are
// item error bad_record).
base::Result<std::string> canonical(simdjson::dom::element);

}  // namespace proviso::ndjson
