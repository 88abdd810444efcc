// The output of digest tools: "HEX  NAME" and "HEX *NAME" of GNU (names escaped behind a
// backslash), "TYPE (NAME) = HEX" of BSD, --tag and rhash.
#include <fmt/format.h>

#include "base/utf8.h"
#include "index/lists/formats.h"
#include "index/lists/line_entries.h"

namespace proviso::index::lists {
namespace {

// A file's name is not an id of the list's maker, so a name that cannot be kept does not reject the
// hash.
void name_entry(ListEntry& entry, std::string_view name) {
  if (name.size() <= kMaxIdBytes && base::is_utf8(name)) entry.id = name;
}

// GNU coreutils: "\n", "\r" and "\\" in the name, when the line starts with a backslash.
std::optional<std::string> unescaped(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\') {
      out += name[i];
      continue;
    }
    if (++i == name.size()) return std::nullopt;
    if (name[i] == 'n')
      out += '\n';
    else if (name[i] == 'r')
      out += '\r';
    else if (name[i] == '\\')
      out += '\\';
    else
      return std::nullopt;
  }
  return out;
}

std::optional<Flaw> take_name(ListEntry& entry, std::string_view name, bool escaped) {
  if (!escaped) {
    name_entry(entry, name);
    return std::nullopt;
  }
  const auto plain = unescaped(name);
  if (!plain) return Flaw{"a name with an escape that is none"};
  name_entry(entry, *plain);
  return std::nullopt;
}

std::optional<Flaw> read_tagged(ListEntry& entry, Feed& feed, std::string_view text,
                                std::size_t open, bool escaped) {
  const std::size_t close = text.rfind(") = ");
  if (close == std::string_view::npos || close < open + 2)
    return Flaw{"'TYPE (name) = hex' was expected"};
  const std::string_view word = text.substr(0, open);
  if (auto flaw = take_name(entry, text.substr(open + 2, close - open - 2), escaped)) return flaw;
  if (const auto type = type_named(word)) return add_hash(entry, *type, text.substr(close + 4));
  const auto other = unmatchable_named(word);
  if (!other)
    return Flaw{fmt::format("'{}' is none of md5, sha1, sha256, pdq", word.substr(0, 32))};
  feed.unmatchable(*other);
  return std::nullopt;
}

std::optional<Flaw> read_line(ListEntry& entry, Feed& feed, std::string_view text,
                              std::optional<HashType> declared) {
  const bool escaped = text.front() == '\\';
  if (escaped) text.remove_prefix(1);
  const std::size_t blank = text.find(' ');
  const std::size_t open = text.find(" (");
  if (open != std::string_view::npos && open == blank)
    return read_tagged(entry, feed, text, open, escaped);
  if (!declared)
    return Flaw{
        "the hash's type is not declared: name the file NAME.md5, NAME.sha1 or NAME.sha256, or the "
        "type of the list"};
  if (blank != std::string_view::npos) {
    if (blank + 2 >= text.size() || (text[blank + 1] != ' ' && text[blank + 1] != '*'))
      return Flaw{"'hex  name' was expected"};
    if (auto flaw = take_name(entry, text.substr(blank + 2), escaped)) return flaw;
  }
  return add_hash(entry, *declared, text.substr(0, blank));
}

}  // namespace

void read_digests(ByteStream& bytes, Feed& feed, std::optional<HashType> declared) {
  feed_lines(bytes, feed, "#;", [&](ListEntry& entry, std::string_view text) {
    return read_line(entry, feed, text, declared);
  });  // comments of rhash too
}

}  // namespace proviso::index::lists
