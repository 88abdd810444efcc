#include "ndjson/line_reader.h"

#include <poll.h>
#include <unistd.h>

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

// Reads once. False at the end and on a requested stop; without `wait` also if there is no input at
// the moment.
bool LineReader::fill(bool wait) {
  if (ended_) return false;
  for (;;) {
    pollfd descriptor{fd_, POLLIN, 0};
    const int ready = poll(&descriptor, 1, wait ? kPollMilliseconds : 0);
    if (ready < 0 && errno != EINTR)
      base::throw_errno(errno, "cannot wait for input", "standard input");
    if (wait && base::stop_requested) return false;
    if (ready > 0) break;
    if (!wait) return false;
  }
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
    if (failure == EINTR || failure == EAGAIN) return failure == EAGAIN && wait;
    base::throw_errno(failure, "cannot read", "standard input");
  }
  bytes_ += static_cast<std::uint64_t>(got);
  if (got == 0) ended_ = true;
  return true;
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

bool LineReader::next(std::vector<InputLine>& batch, std::size_t max_lines, std::size_t max_bytes) {
  std::size_t lines = 0;
  std::size_t size = 0;
  while (lines < max_lines && size < max_bytes) {
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
    } else if (!fill(lines == 0)) {
      break;
    }
  }
  batch.resize(lines);
  return lines > 0;
}

}  // namespace proviso::ndjson
