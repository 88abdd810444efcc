#include "cli/output.h"

#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace proviso::cli {

namespace {

constexpr std::size_t kMostWaiting = 64 << 10;

// Writes as much as can be written; gives the errno that stopped it, or 0.
int write_out(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Output::~Output() { write_out(waiting_); }

bool Output::print(std::string_view text) {
  if (reader_gone_) return false;
  waiting_ += text;
  if (waiting_.size() >= kMostWaiting || ::isatty(STDOUT_FILENO) == 1) flush();
  return !reader_gone_;
}

void Output::flush() {
  if (waiting_.empty()) return;
  const int failure = write_out(waiting_);
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
