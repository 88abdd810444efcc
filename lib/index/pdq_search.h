// Every PDQ hash of a section within a radius of each query, none left out.
//
// A hash is 16 slots of 16 bits. Were each slot of two hashes to differ by at least a bits, they
// would differ by 16a in all; so within r bits some slot differs by less than (r + 1) / 16: the
// multi-index idea (Norouzi, Punjani, Fleet: "Fast Search in Hamming Space with Multi-Index
// Hashing", 2012). More is true of slots in a ring: from some slot on, *every* run of slots differs
// by less than its share of r + 1 (the cycle lemma; Qin and Xiao, "Pigeonring", 2018, use it so).
// Hence a table by slot s keeps beside each entry its slot s + 1, its companion: at radius 31, slot
// s may differ by one bit, and both together by three. Of a million random hashes a query then
// meets 4,150 in 272 buckets, reads two bytes of each in one piece, and looks at about ten whole.
//
// Queries are taken slot by slot: one slot's table stays in the cache for all of them, and the
// buckets of the next query are fetched while those of this one are read. Where a radius makes
// buckets dearer than a scan, and in small sections, all hashes are scanned.
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
  // Regions of `entries` hashes and of their slot tables (empty under kScanBelow). Error(data) when
  // their sizes do not fit.
  PdqTable(const MappedFile&, std::uint64_t entries, Region hashes, Region table);

  // Appends what lies within `radius` (0 to 63), ascending by query, distance and number. Any
  // number of threads at once.
  void search(std::span<const pdq::Hash> queries, int radius, std::vector<PdqFound>&) const;
  pdq::Hash at(std::uint64_t number) const { return file_->load<pdq::Hash>(hashes_, number); }
  // Everything is in order: starts ascend, numbers are within bounds. Error(data).
  void check_whole() const;
  // And the rest: hashes ascend (equal ones only where `twice`), and every slot has each of them
  // once, in its bucket. Error(data).
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
  // Blocks are checked one by one until so many queries came that the rest is checked at once.
  mutable std::atomic<std::uint64_t> queries_ = 0;
  mutable std::atomic<bool> whole_ = false;
  mutable std::atomic<bool> starts_ascend_ = false;
};

}  // namespace proviso::index
