// Progress on standard error: how much is done, how fast, and how long the rest will take where
// that is known.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace proviso::cli {

// "[=====>    ]  48% 1200 files, 33 a second, 40 s left"; without a total: "1200 files, 33 a
// second".
std::string progress_text(std::uint64_t done, std::string_view unit, double seconds,
                          std::optional<double> fraction);

class Progress {
 public:
  // Nothing is shown unless `shown`.
  Progress(std::string tool, std::string unit, bool shown)
      : tool_(std::move(tool)), unit_(std::move(unit)), shown_(shown) {}
  // At most once a second. `fraction` of the work that is done, 0 to 1, where it is known.
  void at(std::uint64_t done, std::optional<double> fraction);
  // The last figures, and the end of the line.
  void finish();

 private:
  void show();

  using Clock = std::chrono::steady_clock;
  std::string tool_, unit_;
  bool shown_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
  std::uint64_t done_ = 0;
  std::optional<double> fraction_;
  std::size_t width_ = 0;
};

}  // namespace proviso::cli
