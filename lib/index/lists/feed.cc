#include "index/lists/feed.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "index/lists/byte_stream.h"

namespace proviso::index::lists {
namespace {

constexpr std::size_t kMaxCategories = 1000;  // counted separately in the report

}  // namespace

Feed::Feed(const policy::List& list, ListSink& sink, ListReport& report)
    : list_(list),
      sink_(sink),
      report_(report),
      known_good_(list.made_for() == policy::ListPurpose::known_good) {
  if (!list.withdrawn.empty()) withdrawn_ = Withdrawn(list.withdrawn);
}

bool Feed::takes(std::string_view category) const {
  return list_.categories.empty() || std::find(list_.categories.begin(), list_.categories.end(),
                                               category) != list_.categories.end();
}

// Why the entry cannot be passed on; empty if it can.
std::string Feed::flaw_of(ListEntry& entry) {
  if (entry.id.size() > kMaxIdBytes || entry.label.size() > kMaxIdBytes)
    return fmt::format("an id or label over {} bytes", kMaxIdBytes);
  if (!base::is_utf8(entry.id) || !base::is_utf8(entry.label))
    return "an id or label that is no UTF-8";
  if (known_good_ && (entry.pdq || !entry.frames.empty())) {
    // A picture that resembles a harmless one need not be harmless.
    if (entry.exact.empty()) return "a known-good list holds exact digests";
    unmatchable(entry.pdq ? "pdq" : "vpdq");
    entry.pdq.reset();
    entry.frames.clear();
  }
  return {};
}

void Feed::entry(ListEntry& entry, std::string_view category) {
  std::string flaw = flaw_of(entry);
  if (!flaw.empty()) return reject(entry.line, {std::move(flaw)});
  if (!takes(category)) {
    std::string name(category.empty() ? std::string_view("none") : category);
    if (report_.other_category.size() >= kMaxCategories && report_.other_category.count(name) == 0)
      name = "others";
    ++report_.other_category[name];
    ++report_.records;
    saw_unmatchable_ = false;
    return;
  }
  if (entry.exact.empty() && !entry.pdq && entry.frames.empty()) {
    if (!saw_unmatchable_) return reject(entry.line, {"no hash on the line"});
    ++report_.records;
    saw_unmatchable_ = false;
    return;
  }
  if (entry.label.empty()) entry.label = list_.label;
  if (withdrawn_.names(entry)) entry.suspended = true;
  report_.suspended += entry.suspended ? 1u : 0u;
  ++report_.records;
  ++report_.entries;
  saw_unmatchable_ = false;
  sink_.entry(entry);
}

void Feed::reject(std::uint64_t line, Flaw flaw) {
  ++report_.records;
  ++report_.rejected;
  report_.empty_file += flaw.empty_file ? 1u : 0u;
  saw_unmatchable_ = false;
  sink_.rejected({line, std::move(flaw.why), flaw.empty_file});
}

void Feed::too_long(std::uint64_t line) {
  reject(line, {fmt::format("a line over {} bytes", kMaxLineBytes)});
}

void Feed::unmatchable(std::string_view kind) {
  ++report_.unmatchable[std::string(kind)];
  saw_unmatchable_ = true;
}

void Feed::deleted(const ListEntry& entry) {
  saw_unmatchable_ = false;
  sink_.removed(entry);
  ++report_.records;
  ++report_.deleted;
}

void Feed::superseded() {
  ++report_.records;
  ++report_.superseded;
}

void Feed::finish() { report_.withdrawals_unused = withdrawn_.unused(); }

}  // namespace proviso::index::lists
