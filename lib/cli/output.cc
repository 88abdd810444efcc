#include "cli/output.h"

#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace proviso::cli {

namespace {

constexpr std::size_t kMostWaiting = 64 << 10;

}  // namespace

Output::~Output() {
  // Only flush() reports a failure.
  [[maybe_unused]] const int failure = base::try_write_all(STDOUT_FILENO, waiting_);
}

bool Output::print(std::string_view text) {
  if (reader_gone_) return false;
  waiting_ += text;
  if (waiting_.size() >= kMostWaiting || ::isatty(STDOUT_FILENO) == 1) flush();
  return !reader_gone_;
}

void Output::flush() {
  if (waiting_.empty()) return;
  const int failure = base::try_write_all(STDOUT_FILENO, waiting_);
  waiting_.clear();
  if (failure == EPIPE) reader_gone_ = true;
  if (failure != 0 && failure != EPIPE)
    base::throw_errno(failure, "cannot be written", "standard output");
}

void print_whole(std::string_view text) {
  Output output;
  output.print(text);
  output.flush();
}

}  // namespace proviso::cli
