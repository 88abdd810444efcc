// One hash a line, '#' comments.
#include "index/lists/formats.h"

namespace proviso::index::lists {

void read_hex(ByteStream& bytes, Feed& feed, HashType declared) {
  LineSource lines(bytes);
  Line line;
  ListEntry entry;
  while (lines.next(line)) {
    if (line.too_long) {
      feed.too_long(line.number);
      continue;
    }
    if (line.text.front() == '#') continue;
    entry = {};
    entry.line = line.number;
    if (auto flaw = add_hash(entry, declared, line.text)) feed.reject(line.number, std::move(*flaw));
    else feed.entry(entry);
  }
}

}  // namespace proviso::index::lists
