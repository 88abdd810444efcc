// Finds every PDQ hash of a section within a radius of each query, none left out.
//
// A hash is 16 slots of 16 bits. If each slot of two hashes differed by at least a bits, they would
// differ by 16a bits in all; so within r bits some slot differs by less than (r + 1) / 16 bits: the
// multi-index idea (Norouzi, Punjani, Fleet: "Fast Search in Hamming Space with Multi-Index
// Hashing", 2012). More is true of slots in a ring: from some slot on, *every* run of slots differs
// by less than its share of r + 1 (the cycle lemma; Qin and Xiao, "Pigeonring", 2018, use it too).
// So the table of slot s has with each entry the value of its slot s + 1, its companion: at radius
// 31, slot s may differ by one bit, and both together by three. Of a million random hashes a query
// then finds 4,150 in 272 buckets, reads their companions and about ten of the hashes.
//
// All queries are looked up in one slot's table before the next, so that the table stays in the
// cache; the buckets of the next query are fetched while those of this one are read. If a radius
// makes buckets more expensive than a scan, and in small sections, all hashes are scanned.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "index/mapped_file.h"
#include "pdq/pdq_hash.h"

namespace proviso::index {

struct PdqFound {
  std::uint32_t query = 0;
  int distance = 0;
  std::uint64_t number = 0;  // of the hash in its section
  auto operator<=>(const PdqFound&) const = default;
};

class PdqTable {
 public:
  // Takes the regions of `entries` hashes and of their slot tables (empty under kScanBelow).
  // Error(data) if their sizes do not fit.
  PdqTable(const MappedFile&, std::uint64_t entries, Region hashes, Region table);

  // Appends the hashes within `radius` (0 to 63), ascending by query, distance and number. May be
  // called by any number of threads at once.
  void search(std::span<const pdq::Hash> queries, int radius, std::vector<PdqFound>&) const;
  pdq::Hash at(std::uint64_t number) const { return file_->load<pdq::Hash>(hashes_, number); }
  // Error(data) unless starts ascend and numbers are within bounds.
  void check_whole() const;
  // Error(data) unless hashes ascend (equal ones only if `twice`), and every slot has each hash
  // once, in its bucket.
  void check_order(bool twice) const;

 private:
  struct Slot {
    Region starts, companions, numbers;
  };
  void scan(std::span<const pdq::Hash> queries, int radius, std::vector<PdqFound>&) const;
  void walk(std::span<const pdq::Hash> queries, int radius, std::vector<PdqFound>&) const;
  bool scan_is_cheaper(int radius) const;
  void check_starts(const Slot&) const;

  const MappedFile* file_;
  std::uint64_t entries_;
  Region hashes_;
  std::vector<Slot> slots_;
  // Blocks are checked one by one for the first queries; then the rest is checked at once.
  mutable std::atomic<std::uint64_t> queries_ = 0;
  mutable std::atomic<bool> whole_ = false;
  mutable std::atomic<bool> starts_ascend_ = false;
};

}  // namespace proviso::index
