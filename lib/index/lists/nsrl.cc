// NSRL RDS version 2: NSRLFile.txt, in both orders of its columns. The names of files are not kept,
// whatever their bytes.
#include <fmt/format.h>

#include "index/lists/csv_fields.h"
#include "index/lists/formats.h"

namespace proviso::index::lists {

void read_nsrl(ByteStream& bytes, Feed& feed) {
  LineSource lines(bytes);
  Line line;
  ListEntry entry;
  std::vector<std::string> fields;
  std::vector<std::pair<std::size_t, HashType>> columns;
  std::size_t width = 0;
  while (lines.next(line)) {
    const bool whole = !line.too_long && csv_fields(line.text, fields);
    if (width == 0) {
      bool has_name = false;
      for (std::size_t i = 0; whole && i < fields.size(); ++i) {
        has_name |= fields[i] == "FileName";
        if (fields[i] == "SHA-1" || fields[i] == "MD5" || fields[i] == "SHA-256")
          columns.emplace_back(i, *type_named(fields[i]));
      }
      if (columns.empty() || !has_name) {
        throw base::Error(base::ExitCode::data,
                          "the header of NSRLFile.txt was expected, with SHA-1, MD5 and FileName",
                          fmt::format("{}:{}", bytes.name(), line.number));
      }
      width = fields.size();
      continue;
    }
    if (line.too_long) {
      feed.too_long(line.number);
      continue;
    }
    entry = {};
    entry.line = line.number;
    std::optional<Flaw> flaw;
    if (!whole)
      flaw = Flaw{"a quote that is not closed"};
    else if (fields.size() != width)
      flaw = Flaw{fmt::format("{} fields were expected, {} are there", width, fields.size())};
    for (std::size_t i = 0; !flaw && i < columns.size(); ++i)
      flaw = add_hash(entry, columns[i].second, trim(fields[columns[i].first]));
    if (flaw)
      feed.reject(line.number, std::move(*flaw));
    else
      feed.entry(entry);
  }
  if (width == 0)
    throw base::Error(base::ExitCode::data,
                      "the header of NSRLFile.txt was expected, with SHA-1, MD5 and FileName",
                      bytes.name() + ":1");
}

}  // namespace proviso::index::lists
