// CSV with a header: columns have their usual names, or those of the policy's `columns`.
#include <fmt/format.h>

#include "index/lists/csv_fields.h"
#include "index/lists/formats.h"

namespace proviso::index::lists {

bool csv_fields(std::string_view line, std::vector<std::string>& fields) {
  std::size_t count = 0;
  const auto open = [&] {
    if (count == fields.size()) fields.emplace_back();
    fields[count].clear();
    ++count;
  };
  open();
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    std::string& field = fields[count - 1];
    if (quoted) {
      if (c != '"')
        field += c;
      else if (i + 1 < line.size() && line[i + 1] == '"')
        field += line[++i];
      else
        quoted = false;
    } else if (c == '"' && field.empty()) {
      quoted = true;
    } else if (c == ',') {
      open();
    } else {
      field += c;
    }
  }
  fields.resize(count);
  return !quoted;
}

namespace {

struct Columns {
  std::optional<std::size_t> id, label, hash, type, suspended;
  std::vector<std::pair<std::size_t, HashType>> typed;  // column, its hash type
  std::size_t count = 0;
};

// The column that a header usually calls so; nullptr: no name of a column.
const policy::ListColumnRow* usual_column(std::string_view name) {
  for (const policy::ListColumnRow& row : policy::kListColumns) {
    if (name == row.word || (!row.also.empty() && name == row.also)) return &row;
  }
  return nullptr;
}

std::optional<std::size_t>* place_of(Columns& columns, policy::ListColumn column) {
  switch (column) {
    case policy::ListColumn::hash:
      return &columns.hash;
    case policy::ListColumn::id:
      return &columns.id;
    case policy::ListColumn::label:
      return &columns.label;
    case policy::ListColumn::suspended:
      return &columns.suspended;
    case policy::ListColumn::type:
      return &columns.type;
    case policy::ListColumn::md5:
    case policy::ListColumn::pdq:
    case policy::ListColumn::sha1:
    case policy::ListColumn::sha256:
      break;
  }
  return nullptr;
}

void place_column(Columns& columns, std::string_view what, std::size_t at,
                  const std::string& place) {
  const policy::ListColumnRow* const row = usual_column(what);
  // Of a type, however the header spells it: "SHA-256".
  const auto type = row != nullptr ? row->of_type : type_named(what);
  std::optional<std::size_t>* const one = row != nullptr ? place_of(columns, row->value) : nullptr;
  bool twice = one != nullptr && one->has_value();
  if (one != nullptr) {
    *one = at;
  } else if (type) {
    for (const auto& [column, other] : columns.typed) twice |= other == *type;
    columns.typed.emplace_back(at, *type);
  }
  if (twice)
    throw base::Error(base::ExitCode::data, fmt::format("the header names column {} twice", what),
                      place);
}

Columns columns_of(const std::vector<std::string>& header,
                   const std::map<policy::ListColumn, std::string>& named,
                   const std::string& place) {
  Columns columns;
  columns.count = header.size();
  std::vector<bool> taken(header.size(), false);
  for (const auto& [what, name] : named) {
    std::size_t at = 0;
    while (at < header.size() && lower(trim(header[at])) != lower(name)) ++at;
    if (at == header.size()) {
      throw base::Error(base::ExitCode::data,
                        fmt::format("the header has no column '{}', which the policy names for {}",
                                    name, policy::to_string(what)),
                        place);
    }
    place_column(columns, policy::to_string(what), at, place);
    taken[at] = true;
  }
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string name = lower(trim(header[i]));
    // A header that the policy names wins over the usual name.
    const policy::ListColumnRow* const row = usual_column(name);
    const bool renamed = row != nullptr && named.count(row->value) != 0;
    if (!taken[i] && !renamed) place_column(columns, name, i, place);
  }
  if (!columns.hash && columns.typed.empty()) {
    throw base::Error(base::ExitCode::data,
                      "the header names no column hash, md5, sha1, sha256 or pdq", place,
                      "name the list's own columns in the policy: lists[].columns");
  }
  return columns;
}

std::optional<Flaw> read_row(ListEntry& entry, Feed& feed, const std::vector<std::string>& fields,
                             const Columns& columns, std::optional<HashType> declared) {
  if (fields.size() > columns.count)
    return Flaw{fmt::format("{} fields were expected, {} are there", columns.count, fields.size())};
  const auto field = [&](std::optional<std::size_t> column) {
    return column && *column < fields.size() ? trim(fields[*column]) : std::string_view();
  };
  entry.id = field(columns.id);
  entry.label = field(columns.label);
  const std::string state = lower(field(columns.suspended));
  entry.suspended = state == "true" || state == "1" || state == "yes";
  if (!entry.suspended && !state.empty() && state != "false" && state != "0" && state != "no")
    return Flaw{"suspended: true or false was expected"};
  for (const auto& [column, type] : columns.typed) {
    const std::string_view hex = field(column);
    if (hex.empty()) continue;
    if (auto flaw = add_hash(entry, type, hex)) return flaw;
  }
  if (!columns.hash || (field(columns.hash).empty() && !columns.typed.empty())) return std::nullopt;
  std::optional<HashType> type = declared;
  if (columns.type) {
    const std::string_view word = field(columns.type);
    type = type_named(word);
    if (!type && !word.empty()) {
      const auto other = unmatchable_named(word);
      if (!other)
        return Flaw{fmt::format("'{}' is none of md5, sha1, sha256, pdq", word.substr(0, 32))};
      feed.unmatchable(*other);
      return std::nullopt;
    }
  }
  if (!type)
    return Flaw{"the hash's type is not declared: name a column 'type', or the type of the list"};
  return add_hash(entry, *type, field(columns.hash));
}

}  // namespace

void read_csv(ByteStream& bytes, Feed& feed, std::optional<HashType> declared) {
  LineSource lines(bytes);
  Line line;
  ListEntry entry;
  std::vector<std::string> fields;
  std::optional<Columns> columns;
  while (lines.next(line)) {
    const bool whole = !line.too_long && csv_fields(line.text, fields);
    if (!columns) {
      const std::string place = fmt::format("{}:{}", bytes.name(), line.number);
      if (!whole)
        throw base::Error(base::ExitCode::data,
                          "a header with a quote that is not closed, or without end", place);
      columns = columns_of(fields, feed.list().columns, place);
      continue;
    }
    if (line.too_long) {
      feed.too_long(line.number);
      continue;
    }
    entry = {};
    entry.line = line.number;
    auto flaw = whole ? read_row(entry, feed, fields, *columns, declared)
                      : std::optional<Flaw>(Flaw{"a quote that is not closed"});
    if (flaw)
      feed.reject(line.number, std::move(*flaw));
    else
      feed.entry(entry);
  }
  if (!columns)
    throw base::Error(base::ExitCode::data, "a header was expected", bytes.name() + ":1");
}

}  // namespace proviso::index::lists
