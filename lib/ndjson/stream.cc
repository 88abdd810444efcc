#include "ndjson/stream.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "ndjson/line_reader.h"
#include "ndjson/splice.h"
#include "ndjson/worker_pool.h"

namespace proviso::ndjson {

namespace {

constexpr std::size_t kMaxBatchBytes = 4u << 20;

Outcome bad_line(const Stage& stage, const base::ItemError& error, std::uint64_t number) {
  return {Outcome::Kind::error, error_line(stage.name(), error, number), true};
}

// Each worker has one: as many parsers as records may be alive at once.
struct Workbench {
  std::vector<Parser> parsers;
  std::vector<Record> records;
  std::vector<std::size_t> places;  // of the records
  std::vector<Placed> unprocessed;
  std::vector<Outcome> outcomes;  // of those
};

// A batch: its lines, and the outcome of each.
struct Batch {
  std::span<InputLine> lines;
  std::span<Outcome> outcomes;
};

// Parses `size` lines of a batch and hands the records among them to the stage.
void process_lines(Stage& stage, Workbench& bench, const Batch& batch, std::size_t from,
                   std::size_t size, std::size_t max_line, unsigned worker) {
  const auto& [lines, outcomes] = batch;
  bench.records.clear();
  bench.places.clear();
  bench.unprocessed.clear();
  bench.records.reserve(size);
  for (std::size_t i = from; i < from + size; ++i) {
    if (lines[i].too_long) {
      outcomes[i] = bad_line(
          stage,
          {"line_too_long", fmt::format("line is longer than {} bytes", max_line), false, {}, {}},
          lines[i].number);
      continue;
    }
    auto record = Record::parse(bench.parsers[bench.records.size()], std::move(lines[i].text));
    if (!record) {
      outcomes[i] = bad_line(stage, record.error(), lines[i].number);
      continue;
    }
    bench.records.push_back(std::move(*record));
    bench.places.push_back(i);
  }
  for (std::size_t r = 0; r < bench.records.size(); ++r) {
    const Placed placed{bench.records[r], bench.places[r]};
    if (placed.record.has("error")) {
      outcomes[placed.place] = stage.process_failed(placed, worker);
    } else if (size == 1) {
      outcomes[placed.place] = stage.process(placed, worker);
    } else {
      bench.unprocessed.push_back(placed);
    }
  }
  if (!bench.unprocessed.empty()) {
    bench.outcomes.assign(bench.unprocessed.size(), Outcome{});
    stage.process_chunk(bench.unprocessed, bench.outcomes, worker);
    for (std::size_t i = 0; i < bench.unprocessed.size(); ++i)
      outcomes[bench.unprocessed[i].place] = std::move(bench.outcomes[i]);
  }
  for (std::size_t r = 0; r < bench.records.size(); ++r)
    lines[bench.places[r]].text = std::move(bench.records[r]).take_line();
  bench.records.clear();
  if (bench.parsers.size() > 1) {
    for (Parser& parser : bench.parsers) parser.shrink();
  }
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

// False if the reader has closed the pipe.
bool write_lines(int fd, const std::string& text) {
  const int failure = base::try_write_all(fd, text);
  if (failure != 0 && failure != EPIPE)
    base::throw_errno(failure, "cannot be written", "standard output");
  return failure == 0;
}

}  // namespace

Outcome Stage::process_failed(const Placed& placed, unsigned) {
  // A file that is gone is not a failure of the stage that found it so, nor of the later stages.
  const Record& record = placed.record;
  const auto kind =
      record.text("error.code") == "content_gone" ? Outcome::Kind::pass : Outcome::Kind::error;
  return {kind, record.line(), false};
}

void Stage::process_chunk(std::span<const Placed> records, std::span<Outcome> outcomes,
                          unsigned worker) {
  for (std::size_t i = 0; i < records.size(); ++i) outcomes[i] = process(records[i], worker);
}

base::ExitCode run_stream(Stage& stage, const StreamOptions& options, StreamCounts& counts) {
  const unsigned jobs = std::max(1u, options.jobs);
  const std::size_t most = std::max<std::size_t>(1, stage.chunk_records());
  std::vector<Workbench> benches(jobs);
  for (Workbench& bench : benches) bench.parsers.resize(most);
  WorkerPool pool(jobs);
  LineReader reader(options.input, options.max_line);
  std::vector<InputLine> batch;
  std::vector<Outcome> outcomes;
  std::string text;
  while (reader.next(batch, std::max<std::size_t>(1, options.max_batch), kMaxBatchBytes)) {
    stage.begin_batch(batch.size());
    outcomes.assign(batch.size(), Outcome{});
    // Small enough that each worker gets a chunk before any gets a second one.
    const std::size_t chunk =
        std::max<std::size_t>(1, std::min(most, (batch.size() + jobs - 1) / jobs));
    pool.run((batch.size() + chunk - 1) / chunk, [&](std::size_t i, unsigned worker) {
      const std::size_t from = i * chunk;
      process_lines(stage, benches[worker], {batch, outcomes}, from,
                    std::min(chunk, batch.size() - from), options.max_line, worker);
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
