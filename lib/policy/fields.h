// Reads typed values of a configuration file: days, durations, words, shares, paths. Collects every
// finding with its place; does not stop at the first.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/words.h"
#include "yaml/node.h"

namespace proviso::policy {

namespace fs = std::filesystem;

// True if the text can name a technology, a service, a list or a factor: letters, digits, '-', '_',
// '.', at most 64. Names are used in records, ledger entries and file names.
bool is_name(std::string_view);

class Fields {
 public:
  // Relative paths are relative to `directory`. If `files_exist` is false (a bare checkout), files
  // are not looked for.
  Fields(std::string file, fs::path directory, bool files_exist,
         std::vector<base::Finding>& findings)
      : in(std::move(file), findings),
        directory_(std::move(directory)),
        files_exist_(files_exist) {}

  const yaml::Reader in;

  std::string text(const yaml::Node& map, std::string_view key) const;  // required, not empty
  std::string name(const yaml::Node& map) const;  // the key `name`: required, is_name()
  std::optional<base::Date> date(const yaml::Node& map, std::string_view key) const;
  std::optional<base::Date> require_date(const yaml::Node& map, std::string_view key) const;
  // Longer than zero; `fallback` if absent.
  base::Period period(const yaml::Node& map, std::string_view key, std::string_view fallback) const;
  std::optional<double> share(const yaml::Node& map,
                              std::string_view key) const;  // above 0, at most 1
  std::optional<int> whole(const yaml::Node& map, std::string_view key, int least, int most) const;

  // Parses a word. Required unless `fallback` is given.
  template <class Parse>
  auto word(const yaml::Node& map, std::string_view key, Parse parse, std::string_view choices,
            std::string_view fallback = {}) const -> decltype(parse(std::string_view())) {
    const yaml::Node* node = map.find(key);
    if (node == nullptr && !fallback.empty()) return parse(fallback);
    node = in.require(map, key);
    if (node == nullptr) return std::nullopt;
    auto value = node->type == yaml::NodeType::scalar ? parse(node->scalar) : std::nullopt;
    if (!value) in.fail(*node, refusal(*node, key, choices));
    return value;
  }

  // Parses a word of a table; its words are the choices.
  template <class Row, std::size_t N>
  std::optional<decltype(Row::value)> word(const yaml::Node& map, std::string_view key,
                                           const std::array<Row, N>& table) const {
    return word(
        map, key, [&](std::string_view given) { return base::value_of(table, given); },
        base::words_of(table));
  }
  // The same; nullopt if absent or empty.
  template <class Row, std::size_t N>
  std::optional<decltype(Row::value)> optional_word(const yaml::Node& map, std::string_view key,
                                                    const std::array<Row, N>& table) const {
    const std::string given = in.string_or(map, key, "");
    const auto value = base::value_of(table, given);
    if (!value && !given.empty())
      in.fail(*map.find(key), refusal(*map.find(key), key, base::words_of(table)));
    return value;
  }

  // Paths, made absolute; empty when absent.
  fs::path resolve(std::string_view path) const;
  enum class Expect { nothing, file, directory, certificate, public_key };
  fs::path path(const yaml::Node& map, std::string_view key, Expect, bool required) const;
  fs::path path_of(const yaml::Node& scalar, std::string_view key, Expect) const;
  // A key URI: pkcs11: unchanged; file: and plain paths made absolute and looked for.
  std::string key_uri(const yaml::Node& map, std::string_view key, bool required) const;

  // A member that must be a map; an empty map if absent and not required.
  const yaml::Node& section(const yaml::Node& map, std::string_view key, bool required) const;
  const std::vector<yaml::Node>& list(const yaml::Node& map, std::string_view key,
                                      bool required) const;

 private:
  static std::string refusal(const yaml::Node& node, std::string_view key,
                             std::string_view choices);
  void look_for(const yaml::Node& at, std::string_view key, const fs::path&, Expect) const;

  fs::path directory_;
  bool files_exist_;
};

}  // namespace proviso::policy
