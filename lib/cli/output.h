// Standard output: what a tool was asked for, and nothing else.
#pragma once

#include <string>
#include <string_view>

namespace proviso::cli {

// Gathers text up to 64 KiB; a terminal gets it at once. An output that cannot be written is
// Error(io), as an answer that was cut short would be taken for the whole one. A reader that went
// away is not an error: it has seen enough. One thread at a time.
class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  // Writes what is left as far as that works; only flush() reports a failure.
  ~Output();

  // False once the reader went away: no more is written, and the caller may stop.
  bool print(std::string_view text);
  void flush();

 private:
  std::string waiting_;
  bool reader_gone_ = false;
};

// Prints one text and nothing else.
void print_whole(std::string_view text);

}  // namespace proviso::cli
