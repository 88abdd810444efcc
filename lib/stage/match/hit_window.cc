#include "stage/match/hit_window.h"

#include <algorithm>

namespace proviso::stage {
namespace {

constexpr std::uint64_t kFewest = 100;  // records

}  // namespace

HitWindow::HitWindow(std::uint64_t records) : records_(std::max<std::uint64_t>(1, records)) {}

void HitWindow::add(std::uint64_t seen, std::uint64_t with_hits) {
  if (seen == 0) return;
  const std::uint64_t part = std::max<std::uint64_t>(1, records_ / kParts);
  // Small batches are gathered into a part; a large batch is a part by itself.
  if (parts_.empty() || parts_.back().seen >= part) parts_.push_back({});
  parts_.back().seen += seen;
  parts_.back().with_hits += with_hits;
  sum_.seen += seen;
  sum_.with_hits += with_hits;
  while (sum_.seen - parts_.front().seen >= records_) {
    sum_.seen -= parts_.front().seen;
    sum_.with_hits -= parts_.front().with_hits;
    parts_.pop_front();
  }
}

bool HitWindow::passes(double limit) const {
  return sum_.seen >= std::min(kFewest, records_) &&
         static_cast<double>(sum_.with_hits) > limit * static_cast<double>(sum_.seen);
}

}  // namespace proviso::stage
