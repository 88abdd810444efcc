#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "base/file.h"

namespace proviso::cli {
namespace {

constexpr int kBarWidth = 20;

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min", (whole + 30) / 60);
  return fmt::format("{} h", (whole + 1800) / 3600);
}

}  // namespace

std::string progress_text(std::uint64_t done, std::string_view unit, double seconds,
                          std::optional<double> fraction) {
  std::string text = fmt::format("{} {}, {:.0f} a second", done, unit,
                                 seconds > 0 ? static_cast<double>(done) / seconds : 0.0);
  if (!fraction) return text;
  const double part = std::clamp(*fraction, 0.0, 1.0);
  const int filled = static_cast<int>(part * kBarWidth);
  const std::string bar =
      std::string(static_cast<std::size_t>(filled), '=') + (filled < kBarWidth ? ">" : "");
  text = fmt::format("[{:<{}}] {:3.0f}% {}", bar, kBarWidth, part * 100, text);
  if (part > 0.01 && part < 1)
    text += fmt::format(", {} left", duration_text(seconds * (1 - part) / part));
  return text;
}

void Progress::at(std::uint64_t done, std::optional<double> fraction) {
  done_ = done;
  fraction_ = fraction;
  if (!shown_ || Clock::now() - last_ < std::chrono::seconds(1)) return;
  show();
}

void Progress::show() {
  last_ = Clock::now();
  const double seconds = std::chrono::duration<double>(last_ - start_).count();
  std::string text = progress_text(done_, unit_, seconds, fraction_);
  const std::size_t width = text.size();
  text.resize(std::max(width, width_), ' ');  // what a longer text left
  width_ = width;
  text = fmt::format("\rproviso-{}: {}", tool_, text);
  shown_ = base::try_write_all(STDERR_FILENO, text) == 0;
}

void Progress::finish() {
  if (!shown_) return;
  show();
  shown_ = base::try_write_all(STDERR_FILENO, "\n") == 0;
}

}  // namespace proviso::cli
