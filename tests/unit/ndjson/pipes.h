// Streams over pipes.
#pragma once

#include <doctest/doctest.h>
#include <poll.h>
#include <unistd.h>

#include <exception>
#include <string>
#include <string_view>
#include <thread>

#include "ndjson/stream.h"

namespace proviso::ndjson_test {

struct Pipe {
  Pipe() { REQUIRE(pipe(ends) == 0); }
  ~Pipe() {
    close_write();
    close_read();
  }
  void close_write() { close_end(1); }
  void close_read() { close_end(0); }
  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(ends[1], text.data(), text.size());
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  std::string read_all() {
    std::string all;
    char part[65536];
    for (ssize_t n = 0; (n = ::read(ends[0], part, sizeof part)) > 0;)
      all.append(part, static_cast<std::size_t>(n));
    return all;
  }
  std::string read_line() {
    std::string line;
    for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  bool holds_something() const {
    pollfd descriptor{ends[0], POLLIN, 0};
    return poll(&descriptor, 1, 0) == 1;
  }
  int ends[2] = {-1, -1};

 private:
  void close_end(int i) {
    if (ends[i] >= 0) close(ends[i]);
    ends[i] = -1;
  }
};

struct Run {
  std::string output;
  base::ExitCode code = base::ExitCode::ok;
  ndjson::StreamCounts counts;
  std::exception_ptr failure;
};

// Runs a stage over the input, up to its end or to what it throws.
inline Run attempt(const std::string& input, ndjson::Stage& stage, ndjson::StreamOptions options) {
  Pipe in, out;
  std::thread writer([&] {
    in.write(input);
    in.close_write();
  });
  Run result;
  std::thread reader([&] { result.output = out.read_all(); });
  options.input = in.ends[0];
  options.output = out.ends[1];
  try {
    result.code = ndjson::run_stream(stage, options, result.counts);
  } catch (const base::Error&) {
    result.failure = std::current_exception();
  }
  in.close_read();
  out.close_write();
  writer.join();
  reader.join();
  return result;
}

inline Run run(const std::string& input, ndjson::Stage& stage, unsigned jobs = 1,
               std::size_t max_line = 1000, std::size_t max_batch = 7) {
  ndjson::StreamOptions options;
  options.jobs = jobs;
  options.max_line = max_line;
  options.max_batch = max_batch;
  Run result = attempt(input, stage, options);
  if (result.failure) std::rethrow_exception(result.failure);
  return result;
}

// Lines with the ids from `first` on.
inline std::string numbered(int n, int first = 0) {
  std::string text;
  for (int i = first; i < first + n; ++i) text += "{\"id\":\"" + std::to_string(i) + "\"}\n";
  return text;
}

}  // namespace proviso::ndjson_test
