// One line of the stream: parsed by simdjson's DOM, written by splicing (splice.h).
//
// Who reads elements includes elements.h; most readers need no more than the typed reads here, and
// headers that only pass a Record declare it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace simdjson::dom {
class element;
class object;
}  // namespace simdjson::dom

namespace proviso::ndjson {

constexpr std::size_t kMaxLineBytes = 16u << 20;
constexpr std::size_t kMaxIdBytes = 256;
constexpr int kMaxDepth = 64;

struct Field;  // a top-level member

// Owns what parsing needs; one per thread. The elements of a Record live until the next parse with
// the same Parser.
class Parser {
 public:
  Parser();
  ~Parser();
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;
  // Frees the memory that a large line took. No record of this parser may be alive.
  void shrink();

 private:
  friend class Record;
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;  // the last record
};

// Immutable.
class Record {
 public:
  // Checks the whole line: JSON object, UTF-8, depth, no repeated top-level key, "id" a string
  // of 1..256 bytes. Item error bad_record. `line` has no newline and is kept by the record.
  static base::Result<Record> parse(Parser&, std::string line);

  const std::string& line() const { return line_; }
  std::string_view id() const { return id_; }
  simdjson::dom::object root() const;
  // The top-level members, in their order.
  std::span<const Field> fields() const;
  bool has(std::string_view top_level_key) const;
  std::optional<simdjson::dom::element> find(std::string_view top_level_key) const;

  // Typed reads by path ("content.path"): absent is nullopt, a wrong type is item error bad_record
  // that names the field.
  base::Result<std::optional<std::string_view>> string(std::string_view path) const;
  std::string text(std::string_view path) const;  // the string, or "" for whatever else is there
  base::Result<std::optional<std::uint64_t>> unsigned_integer(std::string_view path) const;

  // The line with one more member: spliced().
  std::string with(std::string_view name, std::string_view value) const;
  // Moves the line out, so that the next one uses its memory; the record must not be used after it.
  std::string take_line() && { return std::move(line_); }

 private:
  std::string line_;
  std::string_view id_;  // into the parser's tape
  const Parser::Parsed* parsed_ = nullptr;
};

}  // namespace proviso::ndjson
