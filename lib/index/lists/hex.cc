// One hash per line, '#' comments.
#include "index/lists/formats.h"
#include "index/lists/line_entries.h"

namespace proviso::index::lists {

void read_hex(ByteStream& bytes, Feed& feed, HashType declared) {
  feed_lines(bytes, feed, "#", [&](ListEntry& entry, std::string_view text) {
    return add_hash(entry, declared, text);
  });
}

}  // namespace proviso::index::lists
