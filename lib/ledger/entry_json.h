// Entries as JSON, for the .cc files of this room and for tests. Everybody else reads facts.
#pragma once

#include <cstdint>
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

// How a value of each type that a fact has is written and read. An enumeration is its word.
template <class T>
struct Member;

template <class Word>
requires std::is_enum_v<Word>
struct Member<Word> {
  static json::Json write(Word word) { return to_string(word); }
  static std::optional<Word> read(const json::Json& value) {
    return value.is_string() ? parse<Word>(value.get_ref<const std::string&>()) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "one of its words was expected";
};

template <>
struct Member<std::string> {
  static json::Json write(const std::string& text) { return text; }
  static std::optional<std::string> read(const json::Json& value) {
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "a text was expected";
};

template <>
struct Member<base::CaseId> {
  static json::Json write(const base::CaseId& id) { return id.value; }
  static std::optional<base::CaseId> read(const json::Json& value) {
    return value.is_string() ? std::optional(base::CaseId{value.get<std::string>()}) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "the id of a case was expected";
};

template <>
struct Member<bool> {
  static json::Json write(bool flag) { return flag; }
  static std::optional<bool> read(const json::Json& value) {
    return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "true or false was expected";
};

template <>
struct Member<std::uint64_t> {
  static json::Json write(std::uint64_t number) { return number; }
  static std::optional<std::uint64_t> read(const json::Json& value) {
    return value.is_number_unsigned() ? std::optional(value.get<std::uint64_t>()) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "a count was expected";
};

template <>
struct Member<std::int64_t> {
  static json::Json write(std::int64_t number) { return number; }
  static std::optional<std::int64_t> read(const json::Json& value) {
    return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "a number was expected";
};

template <>
struct Member<int> {
  static json::Json write(int number) { return number; }
  static std::optional<int> read(const json::Json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    const auto number = value.get<std::int64_t>();
    if (number < INT32_MIN || number > INT32_MAX) return std::nullopt;
    return static_cast<int>(number);
  }
  static constexpr std::string_view kExpected = "a number was expected";
};

template <>
struct Member<double> {
  static json::Json write(double number) { return number; }
  static std::optional<double> read(const json::Json& value) {
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "a number was expected";
};

template <>
struct Member<base::Instant> {
  static json::Json write(base::Instant at) { return base::to_string(at); }
  static std::optional<base::Instant> read(const json::Json& value) {
    return value.is_string() ? base::parse_instant(value.get_ref<const std::string&>())
                             : std::nullopt;
  }
  static constexpr std::string_view kExpected = "an RFC 3339 instant was expected";
};

template <>
struct Member<base::Date> {
  static json::Json write(base::Date day) { return base::to_string(day); }
  static std::optional<base::Date> read(const json::Json& value) {
    return value.is_string() ? base::parse_date(value.get_ref<const std::string&>()) : std::nullopt;
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
  static std::optional<std::vector<T>> read(const json::Json& list) {
    if (!list.is_array()) return std::nullopt;
    std::vector<T> values;
    for (const json::Json& each : list) {
      auto value = Member<T>::read(each);
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    return values;
  }
  static constexpr std::string_view kExpected = "a list was expected";
};

template <>
struct Member<std::map<std::string, std::uint64_t>> {
  using Counts = std::map<std::string, std::uint64_t>;
  static json::Json write(const Counts& counts) { return counts; }
  static std::optional<Counts> read(const json::Json& value) {
    if (!value.is_object()) return std::nullopt;
    Counts counts;
    for (const auto& [name, count] : value.items()) {
      if (!count.is_number_unsigned()) return std::nullopt;
      counts[name] = count.get<std::uint64_t>();
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
  explicit MemberReader(const json::Json& in) : in_(in) {}
  template <class T>
  void needed(const char* name, T& value) {
    if (!in_.contains(name)) note(name, Member<T>::kExpected);
    always(name, value);
  }
  template <class T>
  void always(const char* name, T& value) {
    const auto found = in_.find(name);
    if (found == in_.end()) return;
    if (auto read = Member<T>::read(*found))
      value = std::move(*read);
    else
      note(name, Member<T>::kExpected);
  }
  template <class T>
  void optional(const char* name, T& value) {
    always(name, value);
  }
  template <class T>
  void optional(const char* name, std::optional<T>& value) {
    if (in_.contains(name)) always(name, value.emplace());
  }
  // What is wrong with the first bad member; empty: nothing.
  const std::string& problem() const { return problem_; }

 private:
  void note(std::string_view name, std::string_view expected) {
    if (problem_.empty()) problem_ = "member " + std::string(name) + ": " + std::string(expected);
  }

  const json::Json& in_;
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
  static std::optional<Row> read(const json::Json& value) {
    if (!value.is_object()) return std::nullopt;
    Row row;
    MemberReader io(value);
    Table<Row>::walk(io, row);
    return io.problem().empty() ? std::optional(std::move(row)) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "an object was expected";
};

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
