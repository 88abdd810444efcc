// The inner loops of PDQ search: one file per instruction set, all with the same answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "pdq/pdq_hash.h"

namespace proviso::index::kernels {

// A run of companions, and the number of bits by which each may differ from the query's.
struct Bucket {
  std::uint32_t from, to;
  std::uint32_t limit;
};

struct Kernel {
  std::string_view name;
  // Writes the places in the buckets whose companion is near enough to `out`, which must have room
  // for all of them, and returns their number. May read kReadAhead bytes behind a bucket.
  std::size_t (*scan_buckets)(const std::uint16_t* companions, std::span<const Bucket>,
                              std::uint16_t query, std::uint32_t* out);
  // Writes the numbers of the hashes within `radius` bits.
  std::size_t (*scan_hashes)(std::span<const pdq::Hash>, const pdq::Hash& query, int radius,
                             std::uint32_t* out);
};

// The kernels that this CPU can run, slowest first: "scalar", "avx2".
const std::vector<Kernel>& available();
// The fastest of them, or the one that $PROVISO_KERNEL names (for tests). Error(usage) if it names
// none of them.
const Kernel& chosen();

std::size_t scan_buckets_scalar(const std::uint16_t*, std::span<const Bucket>, std::uint16_t,
                                std::uint32_t*);
std::size_t scan_hashes_scalar(std::span<const pdq::Hash>, const pdq::Hash&, int, std::uint32_t*);
#if defined(__x86_64__)
std::size_t scan_buckets_avx2(const std::uint16_t*, std::span<const Bucket>, std::uint16_t,
                              std::uint32_t*);
std::size_t scan_hashes_avx2(std::span<const pdq::Hash>, const pdq::Hash&, int, std::uint32_t*);
#endif

}  // namespace proviso::index::kernels
