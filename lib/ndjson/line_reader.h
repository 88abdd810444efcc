// Lines of a descriptor in bounded memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace proviso::ndjson {

struct InputLine {
  std::uint64_t number = 0;  // from 1
  std::string text;          // without its newline
  bool too_long = false;     // its bytes were skipped
};

class LineReader {
 public:
  LineReader(int fd, std::size_t max_line) : fd_(fd), max_line_(max_line) {}

  enum class Next { lines, woken, end };

  // Puts at most `max_lines` lines and about `max_bytes` into `batch`, replacing its lines but
  // reusing their memory. Waits for the first line; returns what it has once the input runs dry.
  // Skips empty lines. Without a line it ends with `woken` once the descriptor `wake` is readable
  // (-1: none), and with `end` at the end of input, or if a stop was requested. Error(io) if
  // reading fails.
  Next next(std::vector<InputLine>& batch, std::size_t max_lines, std::size_t max_bytes,
            int wake = -1);
  std::uint64_t bytes() const { return bytes_; }

 private:
  enum class Fill { more, dry, woken, end };
  Fill await(bool wait, int wake) const;
  Fill fill(bool wait, int wake);
  bool take_line(InputLine& line);

  int fd_;
  std::size_t max_line_;
  std::vector<char> buffer_;
  std::size_t end_ = 0;       // of what was read into it
  std::size_t at_ = 0;        // start of the first line that was not returned yet
  std::size_t searched_ = 0;  // no newline before this place
  bool skipping_ = false;     // inside a line that is too long
  bool ended_ = false;
  std::uint64_t number_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace proviso::ndjson
