// Hash lists as the policy declares them: what a list was made for, how its file is read, and which
// edition it is. The tables are the one place of these words: proviso-lists(5), proviso-policy(5)
// and schema/policy.json name the same (tests/unit/policy/list_test.cc).
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/words.h"
#include "policy/hash_type.h"

namespace proviso::policy {

namespace fs = std::filesystem;

// The purpose that a list was made for. Lists of child sexual abuse material make hits; lists of
// known-good files take hits away. `other` is refused (SC-08, Art. 3(1)(a)(i)).
enum class ListPurpose { known_csam, known_good, other };

constexpr std::array<base::Word<ListPurpose>, 2> kListPurposes{
    {{ListPurpose::known_csam, "known-csam"}, {ListPurpose::known_good, "known-good"}}};

// `other` for any other word.
ListPurpose list_purpose(std::string_view word);

enum class ListFormat {
  hex,
  digests,
  hashdeep,
  csv,
  ndjson,
  vics,
  ncmec,
  threatexchange,
  threatexchange_lines,
  nsrl,
  nsrl_sqlite
};

// A format, the key `format` of a list. index/lists/read_list.cc selects its reader.
struct ListFormatRow {
  ListFormat value;
  std::string_view word;
  bool has_categories;   // entries have a category, and the policy may select categories
  bool known_good_only;  // only for lists of known-good files
};

constexpr std::array<ListFormatRow, 11> kListFormats{
    {{ListFormat::hex, "hex", false, false},
     {ListFormat::digests, "digests", false, false},
     {ListFormat::hashdeep, "hashdeep", false, false},
     {ListFormat::csv, "csv", true, false},
     {ListFormat::ndjson, "ndjson", true, false},
     {ListFormat::vics, "vics", true, false},
     {ListFormat::ncmec, "ncmec", true, false},
     {ListFormat::threatexchange, "threatexchange", true, false},
     {ListFormat::threatexchange_lines, "threatexchange-lines", false, false},
     {ListFormat::nsrl, "nsrl", false, true},
     {ListFormat::nsrl_sqlite, "nsrl-sqlite", false, true}}};

const ListFormatRow& row_of(ListFormat);
std::string_view to_string(ListFormat);

// Format and type by the file's name, for lists that do not declare them: "x.hashdeep",
// "SHA256SUMS.txt", "known.pdq.txt".
struct NamedForm {
  std::optional<ListFormat>
      format;  // nullopt for .json, .db and .sqlite, which several formats use
  std::optional<HashType> type;
};
NamedForm form_named_by(const fs::path& file);

// The columns of a CSV list: the keys of List::columns, and the usual names in a header.
enum class ListColumn { hash, id, label, md5, pdq, sha1, sha256, suspended, type };

struct ListColumnRow {
  ListColumn value;
  std::string_view word;
  std::string_view also{};            // another usual name
  std::optional<HashType> of_type{};  // if the column has hashes of one type
};

constexpr std::array<ListColumnRow, 9> kListColumns{
    {{ListColumn::hash, "hash"},
     {ListColumn::type, "type", "algorithm"},
     {ListColumn::md5, "md5", {}, HashType::md5},
     {ListColumn::sha1, "sha1", {}, HashType::sha1},
     {ListColumn::sha256, "sha256", {}, HashType::sha256},
     {ListColumn::pdq, "pdq", {}, HashType::pdq},
     {ListColumn::id, "id"},
     {ListColumn::label, "label", "category"},
     {ListColumn::suspended, "suspended"}}};

std::string_view to_string(ListColumn);
std::optional<ListColumn> parse_list_column(std::string_view);  // by `word` alone

struct List {
  std::string name, source;
  std::string purpose;      // a word of kListPurposes, or another purpose
  std::string verified_by;  // empty: not verified
  fs::path path;
  std::string licence{};                        // the terms under which it was given
  std::optional<base::Date> date{};             // of this edition
  std::string label{};                          // of entries that carry none of their own
  std::optional<ListFormat> format{};           // absent: by the file's name
  std::optional<HashType> type{};               // of hashes that nothing in the file declares a
                                                // type for; absent: by the file's name
  std::map<ListColumn, std::string> columns{};  // CSV: the header's own names
  std::vector<std::string> categories{};  // read only these; empty: all, if the format allows that
  fs::path withdrawn{};  // entries that give no hit: one "TYPE HEX" or "id ID" a line
  std::optional<base::Period> max_age{};  // older editions are stale

  ListPurpose made_for() const { return list_purpose(purpose); }
};

}  // namespace proviso::policy
