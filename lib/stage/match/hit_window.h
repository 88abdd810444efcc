// The share of records with hits among the last ones: what the breaker looks at.
#pragma once

#include <cstdint>
#include <deque>

namespace proviso::stage {

class HitWindow {
 public:
  // The last `records`, to one part in kParts.
  explicit HitWindow(std::uint64_t records);

  void add(std::uint64_t seen, std::uint64_t with_hits);
  // Over `limit`, once enough records were seen that a share means anything.
  bool passes(double limit) const;
  std::uint64_t seen() const { return sum_.seen; }
  std::uint64_t with_hits() const { return sum_.with_hits; }

 private:
  static constexpr std::uint64_t kParts = 100;
  struct Part {
    std::uint64_t seen = 0, with_hits = 0;
  };
  std::uint64_t records_;
  std::deque<Part> parts_;  // oldest first
  Part sum_;
};

}  // namespace proviso::stage
