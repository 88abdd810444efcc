#include "index/kernels/slot_scan.h"

#include <bit>
#include <cstdlib>
#include <string>

#include "base/error.h"

namespace proviso::index::kernels {

std::size_t scan_buckets_scalar(const std::uint16_t* companions, std::span<const Bucket> buckets,
                                std::uint16_t query, std::uint32_t* out) {
  std::size_t found = 0;
  for (const Bucket& bucket : buckets) {
    for (std::uint32_t at = bucket.from; at < bucket.to; ++at) {
      const auto differs = static_cast<std::uint16_t>(companions[at] ^ query);
      if (static_cast<std::uint32_t>(std::popcount(differs)) <= bucket.limit) out[found++] = at;
    }
  }
  return found;
}

std::size_t scan_hashes_scalar(std::span<const pdq::Hash> hashes, const pdq::Hash& query,
                               int radius, std::uint32_t* out) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (pdq::distance(hashes[i], query) <= radius) out[found++] = static_cast<std::uint32_t>(i);
  }
  return found;
}

const std::vector<Kernel>& available() {
  static const std::vector<Kernel> kAll = [] {
    std::vector<Kernel> all{{"scalar", scan_buckets_scalar, scan_hashes_scalar}};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
      all.push_back({"avx2", scan_buckets_avx2, scan_hashes_avx2});
#endif
    return all;
  }();
  return kAll;
}

const Kernel& chosen() {
  static const Kernel& kChosen = []() -> const Kernel& {
    const char* const wanted = std::getenv("PROVISO_KERNEL");
    if (wanted == nullptr || *wanted == '\0') return available().back();
    for (const Kernel& kernel : available()) {
      if (kernel.name == wanted) return kernel;
    }
    throw base::Error(base::ExitCode::usage, "this CPU has no kernel '" + std::string(wanted) + "'",
                      "PROVISO_KERNEL", "scalar runs everywhere");
  }();
  return kChosen;
}

}  // namespace proviso::index::kernels
