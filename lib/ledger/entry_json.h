// Entries as JSON, for the .cc files of this room and for tests. Everybody else reads facts.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "json/json.h"
#include "ledger/facts.h"

namespace proviso::ledger {

// All members of an entry, the common ones too. Error(data) for a line that is not a JSON object.
json::Json members_of(const StoredEntry&);

// A value as it is read.
using Value = simdjson::dom::element;

// Calls `read` with the members of a line or document, which are valid during the call. Returns
// false for what is not a JSON object; of members that have the same name the first counts.
bool with_members(std::string_view json, const std::function<void(simdjson::dom::object)>& read);

// How a value of each type that a fact has is written and read. An enumeration is its word.
template <class T>
struct Member;

// The value where it is of that type of JSON: std::string_view, bool, std::uint64_t, ...
template <class T>
std::optional<T> value_as(Value value) {
  T found;
  return value.get(found) == simdjson::SUCCESS ? std::optional(found) : std::nullopt;
}

template <class Word>
requires std::is_enum_v<Word>
struct Member<Word> {
  static json::Json write(Word word) { return to_string(word); }
  static std::optional<Word> read(Value value) {
    const auto text = value_as<std::string_view>(value);
    return text ? parse<Word>(*text) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "one of its words was expected";
};

template <>
struct Member<std::string> {
  static json::Json write(const std::string& text) { return text; }
  static std::optional<std::string> read(Value value) {
    const auto text = value_as<std::string_view>(value);
    return text ? std::optional<std::string>(*text) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "a text was expected";
};

template <>
struct Member<base::CaseId> {
  static json::Json write(const base::CaseId& id) { return id.value; }
  static std::optional<base::CaseId> read(Value value) {
    auto id = Member<std::string>::read(value);
    return id ? std::optional(base::CaseId{std::move(*id)}) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "the id of a case was expected";
};

template <>
struct Member<bool> {
  static json::Json write(bool flag) { return flag; }
  static std::optional<bool> read(Value value) { return value_as<bool>(value); }
  static constexpr std::string_view kExpected = "true or false was expected";
};

template <>
struct Member<std::uint64_t> {
  static json::Json write(std::uint64_t number) { return number; }
  static std::optional<std::uint64_t> read(Value value) { return value_as<std::uint64_t>(value); }
  static constexpr std::string_view kExpected = "a count was expected";
};

template <>
struct Member<std::int64_t> {
  static json::Json write(std::int64_t number) { return number; }
  static std::optional<std::int64_t> read(Value value) { return value_as<std::int64_t>(value); }
  static constexpr std::string_view kExpected = "a number was expected";
};

template <>
struct Member<int> {
  static json::Json write(int number) { return number; }
  static std::optional<int> read(Value value) {
    const auto number = value_as<std::int64_t>(value);
    if (!number || *number < INT32_MIN || *number > INT32_MAX) return std::nullopt;
    return static_cast<int>(*number);
  }
  static constexpr std::string_view kExpected = "a number was expected";
};

template <>
struct Member<double> {
  static json::Json write(double number) { return number; }
  static std::optional<double> read(Value value) { return value_as<double>(value); }
  static constexpr std::string_view kExpected = "a number was expected";
};

template <>
struct Member<base::Instant> {
  static json::Json write(base::Instant at) { return base::to_string(at); }
  static std::optional<base::Instant> read(Value value) {
    const auto text = value_as<std::string_view>(value);
    return text ? base::parse_instant(*text) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "an RFC 3339 instant was expected";
};

template <>
struct Member<base::Date> {
  static json::Json write(base::Date day) { return base::to_string(day); }
  static std::optional<base::Date> read(Value value) {
    const auto text = value_as<std::string_view>(value);
    return text ? base::parse_date(*text) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "a day was expected";
};

template <class T>
struct Member<std::vector<T>> {
  static json::Json write(const std::vector<T>& values) {
    json::Json list = json::Json::array();
    for (const T& value : values) list.push_back(Member<T>::write(value));
    return list;
  }
  static std::optional<std::vector<T>> read(Value value) {
    const auto list = value_as<simdjson::dom::array>(value);
    if (!list) return std::nullopt;
    std::vector<T> values;
    for (const Value each : *list) {
      auto read = Member<T>::read(each);
      if (!read) return std::nullopt;
      values.push_back(std::move(*read));
    }
    return values;
  }
  static constexpr std::string_view kExpected = "a list was expected";
};

template <>
struct Member<std::map<std::string, std::uint64_t>> {
  using Counts = std::map<std::string, std::uint64_t>;
  static json::Json write(const Counts& counts) { return counts; }
  static std::optional<Counts> read(Value value) {
    const auto members = value_as<simdjson::dom::object>(value);
    if (!members) return std::nullopt;
    Counts counts;
    for (const auto& [name, count] : *members) {
      const auto number = value_as<std::uint64_t>(count);
      if (!number) return std::nullopt;
      counts.emplace(name, *number);
    }
    return counts;
  }
  static constexpr std::string_view kExpected = "counts by name were expected";
};

// Walks a table of members to write them. `needed` and `always` write each value; `optional` leaves
// out what is empty: false, zero, no text, no value.
class MemberWriter {
 public:
  template <class T>
  void needed(const char* name, const T& value) {
    out_[name] = Member<T>::write(value);
  }
  template <class T>
  void always(const char* name, const T& value) {
    out_[name] = Member<T>::write(value);
  }
  template <class T>
  void optional(const char* name, const T& value) {
    if (value != T{}) out_[name] = Member<T>::write(value);
  }
  template <class T>
  void optional(const char* name, const std::optional<T>& value) {
    if (value) out_[name] = Member<T>::write(*value);
  }
  json::Json take() { return std::move(out_); }

 private:
  json::Json out_ = json::Json::object();
};

// Walks the same table to read them. What `needed` names must be there; any other member that is
// missing leaves its value as it is.
class MemberReader {
 public:
  explicit MemberReader(simdjson::dom::object in) : in_(in) {}
  template <class T>
  void needed(const char* name, T& value) {
    if (!take(name, value)) note(name, Member<T>::kExpected);
  }
  template <class T>
  void always(const char* name, T& value) {
    take(name, value);
  }
  template <class T>
  void optional(const char* name, T& value) {
    always(name, value);
  }
  template <class T>
  void optional(const char* name, std::optional<T>& value) {
    T read{};
    if (take(name, read)) value = std::move(read);
  }
  // What is wrong with the first bad member; empty: nothing.
  const std::string& problem() const { return problem_; }

 private:
  // False where there is no such member.
  template <class T>
  bool take(const char* name, T& value) {
    Value found;
    if (in_.at_key(name).get(found) != simdjson::SUCCESS) return false;
    if (auto read = Member<T>::read(found))
      value = std::move(*read);
    else
      note(name, Member<T>::kExpected);
    return true;
  }
  void note(std::string_view name, std::string_view expected) {
    if (problem_.empty()) problem_ = "member " + std::string(name) + ": " + std::string(expected);
  }

  simdjson::dom::object in_;
  std::string problem_;
};

// The members of a fact, or of a row in one: walk(io, fact) names each once, for both walkers.
template <class Fact>
struct Table;

template <class T>
concept HasTable = requires(MemberWriter& io, const T& row) {
  Table<T>::walk(io, row);
};

template <HasTable Row>
struct Member<Row> {
  static json::Json write(const Row& row) {
    MemberWriter io;
    Table<Row>::walk(io, row);
    return io.take();
  }
  static std::optional<Row> read(Value value) {
    const auto members = value_as<simdjson::dom::object>(value);
    if (!members) return std::nullopt;
    Row row;
    MemberReader io(*members);
    Table<Row>::walk(io, row);
    return io.problem().empty() ? std::optional(std::move(row)) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "an object was expected";
};

// A row that is a document of its own; nullopt for what is not one.
template <HasTable Row>
std::optional<Row> row_of(std::string_view json) {
  std::optional<Row> row;
  with_members(json, [&](simdjson::dom::object members) {
    MemberReader io(members);
    Table<Row>::walk(io, row.emplace());
    if (!io.problem().empty()) row.reset();
  });
  return row;
}

// Of an entry, and of the file that keeps counts of a run in progress.
template <>
struct Table<CountRow> {
  static void walk(auto& io, auto& row) {
    io.needed("n", row.n);
    io.optional("bytes", row.bytes);
    io.needed("side", row.key.side);
    io.optional("service", row.key.service);
    io.optional("region", row.key.region);
    io.optional("kind", row.key.kind);
    io.optional("technology", row.key.technology);
    io.optional("class", row.key.material_class);
    io.needed("outcome", row.key.outcome);
    io.optional("reason", row.key.reason);
  }
};

}  // namespace proviso::ledger
