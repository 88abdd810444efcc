#include "ndjson/stream.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "ndjson/line_reader.h"
#include "ndjson/worker_pool.h"

namespace proviso::ndjson {

std::atomic<bool> stop_requested{false};

namespace {

constexpr std::size_t kMaxBatchBytes = 4u << 20;

Outcome bad_line(const Stage& stage, const base::ItemError& error, std::uint64_t number) {
  return {Outcome::Kind::error, error_line(stage.name(), error, number), true};
}

Outcome process_line(Stage& stage, Parser& parser, InputLine& line, std::size_t max_line,
                     unsigned worker) {
  if (line.too_long) {
    return bad_line(
        stage,
        {"line_too_long", fmt::format("line is longer than {} bytes", max_line), false, {}, {}},
        line.number);
  }
  auto record = Record::parse(parser, std::move(line.text));
  if (!record) return bad_line(stage, record.error(), line.number);
  Outcome outcome = record->has("error") ? stage.process_failed(*record, worker)
                                         : stage.process(*record, worker);
  line.text = std::move(*record).take_line();
  return outcome;
}

void count(const std::vector<Outcome>& outcomes, StreamCounts& counts) {
  for (const Outcome& outcome : outcomes) {
    ++counts.lines;
    if (outcome.bad_line) {
      ++counts.bad_lines;
    } else {
      ++counts.records;
    }
    switch (outcome.kind) {
      case Outcome::Kind::pass:
        ++counts.passed;
        break;
      case Outcome::Kind::drop:
        ++counts.dropped;
        break;
      case Outcome::Kind::error:
        ++counts.errors;
        break;
    }
  }
}

// False when nobody reads any more.
bool write_lines(int fd, const std::string& text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = write(fd, rest.data(), rest.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      if (errno == EPIPE) return false;
      base::throw_errno(errno, "cannot write", "standard output");
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Outcome Stage::process_failed(const Record& record, unsigned) {
  return {Outcome::Kind::error, record.line(), false};
}

base::ExitCode run_stream(Stage& stage, const StreamOptions& options, StreamCounts& counts) {
  const unsigned jobs = std::max(1u, options.jobs);
  std::vector<Parser> parsers(jobs);
  WorkerPool pool(jobs);
  LineReader reader(options.input, options.max_line);
  std::vector<InputLine> batch;
  std::vector<Outcome> outcomes;
  std::string text;
  while (reader.next(batch, std::max<std::size_t>(1, options.max_batch), kMaxBatchBytes)) {
    stage.begin_batch();
    outcomes.assign(batch.size(), Outcome{});
    pool.run(batch.size(), [&](std::size_t i, unsigned worker) {
      outcomes[i] = process_line(stage, parsers[worker], batch[i], options.max_line, worker);
    });
    stage.commit_batch(outcomes);
    count(outcomes, counts);
    counts.bytes = reader.bytes();
    text.clear();
    for (const Outcome& outcome : outcomes) {
      if (outcome.line.empty()) continue;
      text += outcome.line;
      text += '\n';
    }
    if (!write_lines(options.output, text)) break;
  }
  stage.finish();
  if (counts.lines > 0 && counts.records == 0) return base::ExitCode::data;
  return counts.errors > 0 ? base::ExitCode::records_failed : base::ExitCode::ok;
}

}  // namespace proviso::ndjson
