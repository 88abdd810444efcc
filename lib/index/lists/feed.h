// Between the reader of a format and the sink: what holds for entries of every format is done once,
// here.
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

  // Hands the entry on, or counts it where it belongs: without an id that can be kept, of a
  // category that is not taken, without a hash that can be matched. Fills in the list's label, and
  // suspends what was withdrawn. May change the entry.
  void entry(ListEntry&, std::string_view category);
  void entry(ListEntry& each) { entry(each, each.label); }
  void reject(std::uint64_t line, Flaw);
  void too_long(std::uint64_t line);
  void unmatchable(
      std::string_view kind);  // one fingerprint; the record is counted by entry() or reject()
  void deleted(const ListEntry&);
  void superseded();
  bool takes(std::string_view category) const;
  // Once at the end: what of the withdrawals was of no use.
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
