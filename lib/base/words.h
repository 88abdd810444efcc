// Tables of an enumeration's words: rows of any type with the members `value` and `word`, each
// value and each word once.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace proviso::base {

template <class Value>
struct Word {
  Value value;
  std::string_view word;
};

// "?" for a value that is not in the table.
template <class Row, std::size_t N, class Value>
constexpr std::string_view word_of(const std::array<Row, N>& table, Value value) {
  for (const Row& row : table) {
    if (row.value == value) return row.word;
  }
  return "?";
}

// nullopt for a word that is not in the table.
template <class Row, std::size_t N>
constexpr auto value_of(const std::array<Row, N>& table, std::string_view word)
    -> std::optional<decltype(Row::value)> {
  for (const Row& row : table) {
    if (row.word == word) return row.value;
  }
  return std::nullopt;
}

// "known-csam, new-csam, solicitation": the table's words in its order.
template <class Row, std::size_t N>
std::string words_of(const std::array<Row, N>& table) {
  std::string out;
  for (const Row& row : table) {
    if (!out.empty()) out += ", ";
    out += row.word;
  }
  return out;
}

}  // namespace proviso::base
