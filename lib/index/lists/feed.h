// Passes entries from the reader of a format to the sink, and does what is the same for every
// format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "index/list.h"
#include "index/lists/hash_text.h"
#include "index/lists/withdrawn.h"

namespace proviso::index::lists {

class Feed {
 public:
  Feed(const policy::List&, ListSink&, ListReport&);

  // Passes the entry on, or counts why not: its id cannot be kept, its category is not taken, it
  // has no hash that can be matched. Sets the list's label, and suspends a withdrawn entry. May
  // change the entry.
  void entry(ListEntry&, std::string_view category);
  void entry(ListEntry& each) { entry(each, each.label); }
  void reject(std::uint64_t line, Flaw);
  void too_long(std::uint64_t line);
  void unmatchable(
      std::string_view kind);  // one fingerprint; the record is counted by entry() or reject()
  void deleted(const ListEntry&);
  void superseded();
  bool takes(std::string_view category) const;
  // Counts the withdrawals that name nothing. Call it once, at the end.
  void finish();

  const policy::List& list() const { return list_; }

 private:
  std::string flaw_of(ListEntry&);

  const policy::List& list_;
  ListSink& sink_;
  ListReport& report_;
  Withdrawn withdrawn_;
  bool known_good_ = false;
  bool saw_unmatchable_ = false;  // since the last record
};

}  // namespace proviso::index::lists
