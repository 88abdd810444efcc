#include "ndjson/stream.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <functional>
#include <utility>

#include "base/file.h"
#include "ndjson/line_reader.h"
#include "ndjson/side_thread.h"
#include "ndjson/splice.h"
#include "ndjson/worker_pool.h"

namespace proviso::ndjson {

namespace {

constexpr std::size_t kMaxBatchBytes = 4u << 20;
constexpr std::size_t kMaxGroupBytes = 2 * kMaxBatchBytes;

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

void add(StreamCounts& sum, const StreamCounts& more) {
  sum.lines += more.lines;
  sum.records += more.records;
  sum.passed += more.passed;
  sum.dropped += more.dropped;
  sum.errors += more.errors;
  sum.bad_lines += more.bad_lines;
  sum.bytes += more.bytes;
}

// Batches that are committed together.
struct Group {
  std::string text;      // their lines, as they are written
  std::size_t size = 0;  // of their lines as they were read, in bytes
  StreamCounts counts;

  void clear() {
    text.clear();
    size = 0;
    counts = {};
  }
};

// One stage over one input. Holds two groups at the most: one that is committed and one that is
// decided meanwhile.
class Run {
 public:
  Run(Stage& stage, const StreamOptions& options, StreamCounts& counts)
      : stage_(stage),
        options_(options),
        counts_(counts),
        most_(std::max<std::size_t>(1, stage.chunk_records())),
        benches_(std::max(1u, options.jobs)),
        pool_(std::max(1u, options.jobs)),
        reader_(options.input, options.max_line) {
    for (Workbench& bench : benches_) bench.parsers.resize(most_);
  }

  // Up to the end of the input, of the output, or of what was asked for.
  void all();

 private:
  LineReader::Next read();
  void decide();
  void commit();
  void step();
  void follow();
  void write(Group&);

  // Until the commit of a group is done and what comes after it has begun.
  bool busy() const { return committer_.running() || after_; }
  SideThread& awaited() { return committer_.running() ? committer_ : follower_; }
  bool is_full() const {
    return gathered_.counts.lines >= options_.max_group || gathered_.size >= kMaxGroupBytes;
  }

  Stage& stage_;
  const StreamOptions& options_;
  StreamCounts& counts_;
  std::size_t most_;
  std::vector<Workbench> benches_;
  WorkerPool pool_;
  LineReader reader_;
  std::vector<InputLine> batch_;
  std::vector<Outcome> outcomes_;
  Group gathered_;               // empty unless busy()
  Group committing_;             // its lines are not written yet while a commit is running
  std::function<void()> after_;  // of that group
  SideThread committer_, follower_;
  std::uint64_t bytes_ = 0;  // of the input, in batches that were decided
  bool reader_gone_ = false;
};

LineReader::Next Run::read() {
  const std::size_t room =
      busy() ? options_.max_group - gathered_.counts.lines : options_.max_batch;
  return reader_.next(batch_, std::max<std::size_t>(1, std::min(options_.max_batch, room)),
                      std::min(kMaxBatchBytes, kMaxGroupBytes - gathered_.size),
                      busy() ? awaited().done_fd() : -1);
}

// Adds the batch to the group.
void Run::decide() {
  for (const InputLine& line : batch_) gathered_.size += line.text.size();
  stage_.begin_batch(batch_.size());
  outcomes_.assign(batch_.size(), Outcome{});
  // Small enough that each worker gets a chunk before any gets a second one.
  const std::size_t jobs = benches_.size();
  const std::size_t chunk =
      std::max<std::size_t>(1, std::min(most_, (batch_.size() + jobs - 1) / jobs));
  pool_.run((batch_.size() + chunk - 1) / chunk, [&](std::size_t i, unsigned worker) {
    const std::size_t from = i * chunk;
    process_lines(stage_, benches_[worker], {batch_, outcomes_}, from,
                  std::min(chunk, batch_.size() - from), options_.max_line, worker);
  });
  stage_.commit_batch(outcomes_);
  count(outcomes_, gathered_.counts);
  gathered_.counts.bytes += reader_.bytes() - bytes_;
  bytes_ = reader_.bytes();
  for (const Outcome& outcome : outcomes_) {
    if (outcome.line.empty()) continue;
    gathered_.text += outcome.line;
    gathered_.text += '\n';
  }
}

// Closes the group. When it returns, its commit is running or its lines are written.
void Run::commit() {
  std::swap(committing_, gathered_);
  gathered_.clear();
  GroupWork work = stage_.close_group();
  if (!work.commit) {
    write(committing_);
    return;
  }
  after_ = std::move(work.after);
  committer_.start(std::move(work.commit));
}

// Waits for what the next commit waits for, and goes on behind it: writes the lines of a group
// whose commit is done, begins what comes after that commit, begins the next commit.
void Run::step() {
  if (committer_.running()) {
    committer_.finish();
    if (follower_.done()) follow();  // before a slow reader holds it up; else its lines do not wait
    write(committing_);
  } else {
    follow();
  }
  if (!after_ && !reader_gone_ && gathered_.counts.lines > 0) commit();
}

// Begins what comes after the commit, behind that of the group before.
void Run::follow() {
  follower_.finish();
  if (after_) follower_.start(std::exchange(after_, nullptr));
}

void Run::write(Group& group) {
  add(counts_, group.counts);
  const int failure = base::try_write_all(options_.output, group.text);
  if (failure == EPIPE) reader_gone_ = true;
  if (failure != 0 && failure != EPIPE)
    base::throw_errno(failure, "cannot be written", "standard output");
}

void Run::all() {
  std::exception_ptr failure;
  while (!reader_gone_) {
    if (busy() && (is_full() || awaited().done())) {
      step();
      continue;
    }
    try {
      const LineReader::Next next = read();
      if (next == LineReader::Next::woken) continue;
      if (next == LineReader::Next::end) break;
      decide();
    } catch (...) {  // rethrown as soon as what was decided before is written
      failure = std::current_exception();
      break;
    }
    if (!busy()) commit();
  }
  while (!reader_gone_ && busy()) step();
  follow();
  follower_.finish();
  if (failure && !reader_gone_) std::rethrow_exception(failure);
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
  Run(stage, options, counts).all();
  stage.finish();
  if (counts.lines > 0 && counts.records == 0) return base::ExitCode::data;
  return counts.errors > 0 ? base::ExitCode::records_failed : base::ExitCode::ok;
}

}  // namespace proviso::ndjson
