// hashdeep 1.0: "%%%% HASHDEEP-1.0", "%%%% size,md5,sha256,filename", "##" comments. The file name
// is last, unquoted, and may have commas.
#include <fmt/format.h>

#include "base/utf8.h"
#include "index/lists/formats.h"

namespace proviso::index::lists {
namespace {

struct Column {
  std::optional<HashType> type;
  std::string_view unmatchable;  // a digest that nothing here looks up; empty: size or filename
};

std::vector<Column> columns_of(std::string_view text, const std::string& place) {
  std::vector<Column> columns;
  bool ends = false, matchable = false;
  while (!ends) {
    const std::size_t comma = text.find(',');
    const std::string name = lower(trim(text.substr(0, comma)));
    ends = comma == std::string_view::npos;
    Column column;
    column.type = type_named(name);
    if (const auto other = unmatchable_named(name)) column.unmatchable = *other;
    if (name == "filename"
            ? !ends
            : (ends || (name != "size" && !column.type && column.unmatchable.empty()))) {
      throw base::Error(base::ExitCode::data,
                        "columns such as 'size,md5,sha256,filename' were expected, the name last",
                        place);
    }
    matchable |= column.type.has_value();
    columns.push_back(column);
    text.remove_prefix(ends ? text.size() : comma + 1);
  }
  if (!matchable)
    throw base::Error(base::ExitCode::data, "the header names no column md5, sha1 or sha256",
                      place);
  return columns;
}

std::optional<Flaw> read_row(ListEntry& entry, Feed& feed, std::string_view text,
                             const std::vector<Column>& columns) {
  for (std::size_t i = 0; i + 1 < columns.size(); ++i) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos)
      return Flaw{fmt::format("{} fields were expected", columns.size())};
    const std::string_view field = trim(text.substr(0, comma));
    text.remove_prefix(comma + 1);
    if (columns[i].type) {
      if (auto flaw = add_hash(entry, *columns[i].type, field)) return flaw;
    } else if (!columns[i].unmatchable.empty()) {
      feed.unmatchable(columns[i].unmatchable);
    }
  }
  if (text.size() <= kMaxIdBytes && base::is_utf8(text)) entry.id = text;
  return std::nullopt;
}

}  // namespace

void read_hashdeep(ByteStream& bytes, Feed& feed) {
  LineSource lines(bytes);
  Line line;
  ListEntry entry;
  std::vector<Column> columns;
  bool headed = false;
  while (lines.next(line)) {
    if (line.too_long) {
      feed.too_long(line.number);
      continue;
    }
    const std::string place = bytes.name() + ":" + std::to_string(line.number);
    if (line.text == "%%%% HASHDEEP-1.0") {
      headed = true;
      columns.clear();  // several outputs, one behind the other
    } else if (!headed) {
      throw base::Error(base::ExitCode::data, "'%%%% HASHDEEP-1.0' was expected", place);
    } else if (line.text.substr(0, 5) == "%%%% ") {
      columns = columns_of(line.text.substr(5), place);
    } else if (line.text.substr(0, 2) != "##") {
      if (columns.empty())
        throw base::Error(base::ExitCode::data, "'%%%% size,md5,sha256,filename' was expected",
                          place);
      entry = {};
      entry.line = line.number;
      if (auto flaw = read_row(entry, feed, line.text, columns))
        feed.reject(line.number, std::move(*flaw));
      else
        feed.entry(entry);
    }
  }
  if (!headed)
    throw base::Error(base::ExitCode::data, "'%%%% HASHDEEP-1.0' was expected",
                      bytes.name() + ":1");
}

}  // namespace proviso::index::lists
