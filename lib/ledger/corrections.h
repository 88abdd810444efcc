// Times that a wrong clock wrote, and that clock.corrected voided.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/instant.h"

namespace proviso::ledger {

class Corrections {
 public:
  struct Correction {
    std::uint64_t n = 0;  // of the entry
    base::Instant to;     // what the clock says since
  };

  Corrections() = default;
  explicit Corrections(std::vector<Correction> all) : all_(std::move(all)) {}
  void add(Correction correction) { all_.push_back(correction); }
  const std::vector<Correction>& all() const { return all_; }

  // A time that entry `index` has: one that a wrong clock wrote is not known, and at the latest
  // that of the correction.
  base::Instant time_of(std::uint64_t index, base::Instant written) const {
    for (const Correction& each : all_) {
      if (index < each.n) written = std::min(written, each.to);
    }
    return written;
  }

 private:
  std::vector<Correction> all_;  // in the order of the log
};

}  // namespace proviso::ledger
