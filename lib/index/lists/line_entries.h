// What the readers of lists with one entry per line share.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "index/lists/byte_stream.h"
#include "index/lists/feed.h"

namespace proviso::index::lists {

// Clears `entry` for the next line. The memory of its strings and vectors is used again.
inline void begin_entry(ListEntry& entry, std::uint64_t line) {
  entry.line = line;
  entry.id.clear();
  entry.label.clear();
  entry.suspended = false;
  entry.exact.clear();
  entry.pdq.reset();
  entry.frames.clear();
  entry.affirmative = entry.negative = 0;
}

// Calls `read(entry, text)` for each line and passes the entry on; if `read` returns a Flaw, the
// line is rejected. Lines that begin with one of `comments` are skipped.
template <class Read>
void feed_lines(ByteStream& bytes, Feed& feed, std::string_view comments, Read read) {
  LineSource lines(bytes);
  Line line;
  ListEntry entry;
  while (lines.next(line)) {
    if (line.too_long) {
      feed.too_long(line.number);
      continue;
    }
    if (comments.find(line.text.front()) != std::string_view::npos) continue;
    begin_entry(entry, line.number);
    std::optional<Flaw> flaw = read(entry, line.text);
    if (flaw)
      feed.reject(line.number, std::move(*flaw));
    else
      feed.entry(entry);
  }
}

}  // namespace proviso::index::lists
