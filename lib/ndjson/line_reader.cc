#include "ndjson/line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/stop.h"
#include "ndjson/elements.h"
#include "ndjson/stream.h"

namespace proviso::ndjson {

namespace {

constexpr std::size_t kReadBytes = std::size_t{256} * 1024;
// Bounds the wait after a signal that arrives just before poll().
constexpr int kPollMilliseconds = 250;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

// Whether there is input: `more`, or why not. Without `wait` only looks.
LineReader::Fill LineReader::await(bool wait, int wake) const {
  for (;;) {
    std::array<pollfd, 2> descriptors{{{fd_, POLLIN, 0}, {wake, POLLIN, 0}}};
    const int ready = poll(descriptors.data(), descriptors.size(), wait ? kPollMilliseconds : 0);
    if (ready < 0 && errno != EINTR)
      base::throw_errno(errno, "cannot wait for input", "standard input");
    if (wait && base::stop_requested) return Fill::end;
    // First, as a long line may come in small pieces for a long time.
    if (descriptors[1].revents != 0) return Fill::woken;
    if (descriptors[0].revents != 0) return Fill::more;
    if (!wait) return Fill::dry;
  }
}

// Reads once, where there is input.
LineReader::Fill LineReader::fill(bool wait, int wake) {
  if (ended_) return Fill::end;
  if (const Fill ready = await(wait, wake); ready != Fill::more) return ready;
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
    searched_ -= at_;
    end_ -= at_;
    at_ = 0;
  }
  // Grows only if a line is longer than a read, so that memory is cleared once.
  if (buffer_.size() < end_ + kReadBytes) buffer_.resize(end_ + kReadBytes);
  ssize_t got = 0;
  do {
    got = read(fd_, buffer_.data() + end_, kReadBytes);
  } while (got < 0 && errno == EINTR && !base::stop_requested);
  const int failure = errno;
  end_ += got > 0 ? static_cast<std::size_t>(got) : 0;
  if (got < 0) {
    if (failure == EINTR) return Fill::end;
    if (failure == EAGAIN) return wait ? Fill::more : Fill::dry;
    base::throw_errno(failure, "cannot read", "standard input");
  }
  bytes_ += static_cast<std::uint64_t>(got);
  if (got == 0) ended_ = true;
  return Fill::more;
}

// Takes the next whole line from the buffer, if there is one. Bounds the memory of a line without
// an end.
bool LineReader::take_line(InputLine& line) {
  const std::string_view buffered(buffer_.data(), end_);
  const std::size_t newline = buffered.find('\n', searched_);
  const bool whole = newline != std::string_view::npos;
  const std::size_t end = whole ? newline : end_;
  if (!whole && !ended_) {
    searched_ = end;
    if (skipping_ || end - at_ > max_line_) {
      skipping_ = true;
      buffer_ = {};  // and its memory
      at_ = searched_ = end_ = 0;
    }
    return false;
  }
  if (!whole && at_ == end && !skipping_) return false;
  line.number = ++number_;
  line.too_long = skipping_ || end - at_ > max_line_;
  line.text.clear();
  if (!line.too_long) {
    // Room for what simdjson reads past the end, so that parsing copies nothing.
    line.text.reserve(end - at_ + simdjson::SIMDJSON_PADDING);
    line.text.assign(buffered.substr(at_, end - at_));
  }
  skipping_ = false;
  at_ = searched_ = whole ? end + 1 : end;
  return true;
}

LineReader::Next LineReader::next(std::vector<InputLine>& batch, std::size_t max_lines,
                                  std::size_t max_bytes, int wake) {
  std::size_t lines = 0;
  std::size_t size = 0;
  Fill got = Fill::more;
  while (lines < max_lines && size < max_bytes && got == Fill::more) {
    if (base::stop_requested) {
      lines = 0;
      break;
    }
    if (lines == batch.size()) batch.emplace_back();
    InputLine& line = batch[lines];
    if (take_line(line)) {
      if (!line.too_long && is_blank(line.text)) continue;
      size += line.text.size();
      ++lines;
    } else {
      got = fill(lines == 0, wake);
    }
  }
  batch.resize(lines);
  if (lines > 0) return Next::lines;
  return got == Fill::woken ? Next::woken : Next::end;
}

}  // namespace proviso::ndjson
