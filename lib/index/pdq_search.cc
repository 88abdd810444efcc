#include "index/pdq_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "index/kernels/slot_scan.h"

namespace proviso::index {
namespace {

constexpr std::uint64_t kCheckWholeAfter = 512;  // queries
constexpr std::size_t kQueriesAtOnce =
    1024;  // the buckets of a batch stay in the second-level cache

// A change of a slot's value that is looked up, and by how many bits the companion may then differ.
struct Step {
  std::uint16_t mask;
  std::uint32_t limit;
};

// The most bits by which `slots` slots in a row may differ, from the ring's right start: less than
// their share of radius + 1.
constexpr int most_of(int slots, int radius) {
  return (slots * (radius + 1) + kSlots - 1) / kSlots - 1;
}

std::vector<Step> steps_of(int radius) {
  const int first = most_of(1, radius);
  const int both = most_of(2, radius);
  std::vector<Step> steps;
  for (int ones = 0; ones <= first; ++ones) {
    for (std::uint32_t mask = 0; mask < 65'536; ++mask) {
      if (std::popcount(mask) == ones)
        steps.push_back(
            {static_cast<std::uint16_t>(mask), static_cast<std::uint32_t>(both - ones)});
    }
  }
  return steps;
}

const std::vector<Step>& steps(int radius) {
  static const auto kAll = [] {
    std::array<std::vector<Step>, 64> all;
    for (int r = 0; r < 64; ++r) all[static_cast<std::size_t>(r)] = steps_of(r);
    return all;
  }();
  return kAll[static_cast<std::size_t>(radius)];
}

// The share of random 16-bit values within `bits` of another.
double share_within(int bits) {
  double choose = 1;
  double sum = 0;
  for (int k = 0; k <= std::min(bits, 16); ++k) {
    sum += choose;
    choose = choose * (16 - k) / (k + 1);
  }
  return sum / 65'536;
}

}  // namespace

PdqTable::PdqTable(const MappedFile& file, std::uint64_t entries, Region hashes, Region table)
    : file_(&file), entries_(entries), hashes_(hashes) {
  if (hashes.bytes != entries * sizeof(pdq::Hash) || table.bytes != slot_tables_bytes(entries) ||
      hashes.offset % kAlign != 0 || table.offset % kAlign != 0) {
    file.refuse("the regions of a PDQ section do not fit its number of entries");
  }
  if (table.bytes == 0) return;
  const SlotLayout layout(entries);
  for (std::uint64_t slot = 0; slot < kSlots; ++slot) {
    const std::uint64_t at = table.offset + slot * layout.bytes;
    slots_.push_back({{at, kSlotStarts * std::uint64_t{4}},
                      {at + layout.companions, entries * 2 + kReadAhead},
                      {at + layout.numbers, entries * 4}});
  }
}

// If buckets overlapped, one query would look at every entry many times.
void PdqTable::check_starts(const Slot& slot) const {
  file_->ensure(slot.starts);
  const auto starts = file_->values<std::uint32_t>(slot.starts);
  if (starts.front() != 0 || starts.back() != entries_ ||
      !std::is_sorted(starts.begin(), starts.end()))
    file_->refuse("a table of starts is out of order");
}

void PdqTable::check_whole() const {
  file_->ensure(hashes_);
  for (const Slot& slot : slots_) {
    check_starts(slot);
    for (const Region& region : {slot.companions, slot.numbers}) file_->ensure(region);
    for (const std::uint32_t number : file_->values<std::uint32_t>(slot.numbers)) {
      if (number >= entries_) file_->refuse("a slot table names an entry that is not there");
    }
  }
  whole_ = true;
}

void PdqTable::check_order(bool twice) const {
  check_whole();
  const auto hashes = file_->values<pdq::Hash>(hashes_);
  for (std::size_t i = 1; i < hashes.size(); ++i) {
    if (hashes[i] < hashes[i - 1] || (!twice && hashes[i] == hashes[i - 1]))
      file_->refuse("hashes are out of order");
  }
  for (int s = 0; s < static_cast<int>(slots_.size()); ++s) {
    const Slot& slot = slots_[static_cast<std::size_t>(s)];
    const auto starts = file_->values<std::uint32_t>(slot.starts);
    const auto companions = file_->values<std::uint16_t>(slot.companions);
    const auto numbers = file_->values<std::uint32_t>(slot.numbers);
    for (std::uint32_t value = 0; value + 1 < kSlotStarts; ++value) {
      for (std::uint32_t at = starts[value]; at < starts[value + 1]; ++at) {
        const pdq::Hash& hash = hashes[numbers[at]];
        if (slot_of(hash, s) != value || companions[at] != slot_of(hash, (s + 1) % kSlots) ||
            (at > starts[value] && numbers[at - 1] >= numbers[at])) {
          file_->refuse("a slot table does not fit its hashes");
        }
      }
    }
  }
}

bool PdqTable::scan_is_cheaper(int radius) const {
  if (slots_.empty()) return true;
  // In units of one hash of a scan (measured): a bucket costs about ten, a companion a quarter, a
  // hash that is fetched for itself ten. Measured.
  const double buckets = static_cast<double>(kSlots) * static_cast<double>(steps(radius).size());
  const double met = buckets * static_cast<double>(entries_) / 65'536;
  const double fetched = met * share_within(most_of(2, radius) - most_of(1, radius));
  return 10 * buckets + 0.25 * met + 10 * fetched > static_cast<double>(entries_);
}

void PdqTable::search(std::span<const pdq::Hash> queries, int radius,
                      std::vector<PdqFound>& found) const {
  if (entries_ == 0 || queries.empty()) return;
  if (!whole_ && (queries_ += queries.size()) > kCheckWholeAfter) check_whole();
  const bool by_scan = scan_is_cheaper(radius);
  for (std::size_t from = 0; from < queries.size(); from += kQueriesAtOnce) {
    const auto batch = queries.subspan(from, std::min(kQueriesAtOnce, queries.size() - from));
    const std::size_t before = found.size();
    if (by_scan)
      scan(batch, radius, found);
    else
      walk(batch, radius, found);
    const auto begin = found.begin() + static_cast<std::ptrdiff_t>(before);
    std::sort(begin, found.end());
    found.erase(std::unique(begin, found.end()),
                found.end());  // an entry is met once for each slot that is near
    for (std::size_t i = before; i < found.size(); ++i)
      found[i].query += static_cast<std::uint32_t>(from);
  }
}

void PdqTable::scan(std::span<const pdq::Hash> queries, int radius,
                    std::vector<PdqFound>& found) const {
  file_->ensure(hashes_);
  constexpr std::size_t kAtOnce = 4096;  // hashes, in the second-level cache for all queries
  const auto hashes = file_->values<pdq::Hash>(hashes_);
  std::array<std::uint32_t, kAtOnce> near;
  for (std::size_t from = 0; from < hashes.size(); from += kAtOnce) {
    const auto part = hashes.subspan(from, std::min(kAtOnce, hashes.size() - from));
    for (std::uint32_t query = 0; query < queries.size(); ++query) {
      const std::size_t count =
          kernels::chosen().scan_hashes(part, queries[query], radius, near.data());
      for (std::size_t i = 0; i < count; ++i)
        found.push_back({query, pdq::distance(queries[query], part[near[i]]), from + near[i]});
    }
  }
}

void PdqTable::walk(std::span<const pdq::Hash> queries, int radius,
                    std::vector<PdqFound>& found) const {
  struct Met {
    std::uint32_t query, place;
  };
  const std::vector<Step>& all = steps(radius);
  const bool whole = whole_;
  const kernels::Kernel& kernel = kernels::chosen();
  std::array<std::vector<kernels::Bucket>, 2> buckets;  // of this query and of the next
  for (auto& each : buckets) each.resize(all.size());
  std::vector<std::uint32_t> places;
  std::vector<Met> met;
  const auto hashes = file_->values<pdq::Hash>(hashes_);
  for (int s = 0; s < kSlots; ++s) {
    const Slot& slot = slots_[static_cast<std::size_t>(s)];
    const auto starts = file_->values<std::uint32_t>(slot.starts);
    const auto companions = file_->values<std::uint16_t>(slot.companions);
    const auto numbers = file_->values<std::uint32_t>(slot.numbers);
    if (!whole && !starts_ascend_) check_starts(slot);
    // Gives how many entries there are in the query's buckets.
    const auto fetch = [&](std::size_t query) {
      auto& into = buckets[query % 2];
      const std::uint16_t own = slot_of(queries[query], s);
      std::size_t entries = 0;
      for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t value = own ^ all[i].mask;
        const kernels::Bucket bucket{starts[value], starts[value + 1], all[i].limit};
        if (!whole) {
          file_->ensure(slot.companions.offset + bucket.from * std::uint64_t{2},
                        (bucket.to - bucket.from) * std::uint64_t{2});
        }
        __builtin_prefetch(companions.data() + bucket.from);
        __builtin_prefetch(companions.data() + bucket.from + 16);
        into[i] = bucket;
        entries += bucket.to - bucket.from;
      }
      return entries;
    };
    met.clear();
    std::size_t entries = fetch(0);
    for (std::size_t query = 0; query < queries.size(); ++query) {
      if (places.size() < entries) places.resize(entries);
      if (query + 1 < queries.size()) entries = fetch(query + 1);
      const std::uint16_t own = slot_of(queries[query], (s + 1) % kSlots);
      const std::size_t count =
          kernel.scan_buckets(companions.data(), buckets[query % 2], own, places.data());
      for (std::size_t i = 0; i < count; ++i) {
        __builtin_prefetch(numbers.data() + places[i]);
        met.push_back({static_cast<std::uint32_t>(query), places[i]});
      }
    }
    // Places become numbers, then hashes: two rounds, so that the fetches of each overlap.
    for (Met& each : met) {
      if (!whole) file_->ensure(slot.numbers.offset + each.place * std::uint64_t{4}, 4);
      each.place = numbers[each.place];
      if (!whole && each.place >= entries_)
        file_->refuse("a slot table names an entry that is not there");
      __builtin_prefetch(hashes.data() + each.place);
    }
    for (const Met& each : met) {
      if (!whole) file_->ensure(hashes_.offset + each.place * sizeof(pdq::Hash), sizeof(pdq::Hash));
      const int bits = pdq::distance(queries[each.query], hashes[each.place]);
      if (bits <= radius) found.push_back({each.query, bits, each.place});
    }
  }
  starts_ascend_ = true;
}

}  // namespace proviso::index
