#include "ndjson/stream.h"

#include <doctest/doctest.h>
#include <signal.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/stop.h"
#include "ndjson/splice.h"
#include "pipes.h"

using namespace proviso;
using ndjson::Outcome;
using ndjson_test::numbered;
using ndjson_test::Pipe;
using ndjson_test::Run;
using ndjson_test::run;

namespace {

// Marks each record, drops ids that begin with "d", fails ids that begin with "e", throws on
// "boom".
class MarkingStage : public ndjson::Stage {
 public:
  std::string_view name() const override { return "mark"; }
  void begin_batch(std::size_t count) override {
    lines_announced += count;
    if (++batches == fail_at_batch)
      throw base::Error(base::ExitCode::unavailable, "gate is closed");
  }
  Outcome process(const ndjson::Placed& placed, unsigned) override {
    const ndjson::Record& record = placed.record;
    if (record.id() == "boom") throw base::Error(base::ExitCode::io, "boom");
    if (record.id().front() == 'd') return {Outcome::Kind::drop, {}, false};
    if (record.id().front() == 'e') {
      return {Outcome::Kind::error,
              ndjson::with_error(record.line(), name(), {"broken", "so", false, {}, {}}), false};
    }
    return {Outcome::Kind::pass, record.with("mark", "1"), false};
  }
  void commit_batch(std::span<Outcome> outcomes) override { committed += outcomes.size(); }
  void finish() override { finished = true; }
  int batches = 0, fail_at_batch = -1;
  std::size_t committed = 0, lines_announced = 0;
  bool finished = false;
};

}  // namespace

TEST_CASE("order is kept for any number of threads") {
  std::string expected;
  for (int i = 0; i < 500; ++i) expected += "{\"id\":\"" + std::to_string(i) + "\",\"mark\":1}\n";
  for (unsigned jobs : {1u, 2u, 5u}) {
    MarkingStage stage;
    const Run result = run(numbered(500), stage, jobs);
    CHECK(result.output == expected);
    CHECK(result.code == base::ExitCode::ok);
    CHECK(result.counts.passed == 500);
    CHECK(stage.committed == 500);
    CHECK(stage.lines_announced == 500);
    CHECK(stage.finished);
  }
}

TEST_CASE("passed, dropped, failed and bad lines are told apart and counted") {
  MarkingStage stage;
  const Run result = run(
      "{\"id\":\"a\"}\n\n{\"id\":\"d1\"}\n{\"id\":\"e1\"}\nnot json\n{\"id\":\"b\",\"error\":{}}\n",
      stage);
  CHECK(result.output ==
        "{\"id\":\"a\",\"mark\":1}\n"
        "{\"id\":\"e1\",\"error\":{\"tool\":\"mark\",\"code\":\"broken\",\"message\":\"so\"}}\n" +
            result.output.substr(
                result.output.find("{\"error\""),
                result.output.find("{\"id\":\"b\"") - result.output.find("{\"error\"")) +
            "{\"id\":\"b\",\"error\":{}}\n");
  CHECK(result.output.find("\"line\":5}}") != std::string::npos);
  CHECK(result.output.find("not json") == std::string::npos);
  CHECK(result.counts.lines == 5);
  CHECK(result.counts.records == 4);
  CHECK(result.counts.passed == 1);
  CHECK(result.counts.dropped == 1);
  CHECK(result.counts.errors == 3);
  CHECK(result.counts.bad_lines == 1);
  CHECK(result.code == base::ExitCode::records_failed);
}

TEST_CASE("a line that is too long is skipped with its number, and the stream goes on") {
  MarkingStage stage;
  const std::string huge = "{\"id\":\"" + std::string(700'000, 'x') + "\"}\n";
  const Run result = run("{\"id\":\"a\"}\n" + huge + "{\"id\":\"b\"}\n", stage);
  CHECK(
      result.output.find(
          "\"code\":\"line_too_long\",\"message\":\"line is longer than 1000 bytes\",\"line\":2") !=
      std::string::npos);
  CHECK(result.output.find("{\"id\":\"b\",\"mark\":1}\n") != std::string::npos);
  CHECK(result.output.size() < 400);
}

TEST_CASE("a last line without newline counts, also when it is too long") {
  MarkingStage stage;
  CHECK(run("{\"id\":\"a\"}", stage).output == "{\"id\":\"a\",\"mark\":1}\n");
  MarkingStage second;
  CHECK(run(std::string(5000, 'x'), second).counts.bad_lines == 1);
}

TEST_CASE("input without a single record is exit 65, empty input is exit 0") {
  MarkingStage stage;
  CHECK(run("nothing\n\xff\xfe\n", stage).code == base::ExitCode::data);
  MarkingStage second;
  CHECK(run("", second).code == base::ExitCode::ok);
  CHECK(second.finished);
}

TEST_CASE("a batch goes out when the input runs dry") {
  Pipe in, out;
  MarkingStage stage;
  ndjson::StreamOptions options;
  options.input = in.ends[0];
  options.output = out.ends[1];
  ndjson::StreamCounts counts;
  std::thread stream([&] { ndjson::run_stream(stage, options, counts); });
  in.write("{\"id\":\"a\"}\n{\"id\":");
  CHECK(out.read_line() == "{\"id\":\"a\",\"mark\":1}");
  in.write("\"b\"}\n");
  CHECK(out.read_line() == "{\"id\":\"b\",\"mark\":1}");
  in.close_write();
  stream.join();
  CHECK(counts.records == 2);
}

TEST_CASE("a closed output ends the stream quietly") {
  signal(SIGPIPE, SIG_IGN);
  Pipe in, out;
  out.close_read();
  in.write(numbered(3));
  in.close_write();
  MarkingStage stage;
  ndjson::StreamOptions options;
  options.input = in.ends[0];
  options.output = out.ends[1];
  ndjson::StreamCounts counts;
  CHECK(ndjson::run_stream(stage, options, counts) == base::ExitCode::ok);
  CHECK(stage.finished);
}

TEST_CASE("a stop that was requested ends the stream after the batch in hand") {
  Pipe in, out;
  MarkingStage stage;
  ndjson::StreamOptions options;
  options.input = in.ends[0];
  options.output = out.ends[1];
  ndjson::StreamCounts counts;
  std::thread stream([&] { ndjson::run_stream(stage, options, counts); });
  in.write("{\"id\":\"a\"}\n");
  CHECK(out.read_line() == "{\"id\":\"a\",\"mark\":1}");
  base::stop_requested = true;  // the input stays open
  stream.join();
  base::stop_requested = false;
  CHECK(stage.finished);
  CHECK(counts.records == 1);
}

TEST_CASE("what a worker or begin_batch throws ends the run after what was written before") {
  for (unsigned jobs : {1u, 3u}) {
    MarkingStage stage;
    CHECK_THROWS_AS(run(numbered(20) + "{\"id\":\"boom\"}\n" + numbered(20), stage, jobs),
                    base::Error);
    CHECK_FALSE(stage.finished);
  }
  MarkingStage stage;
  stage.fail_at_batch = 2;
  CHECK_THROWS_AS(run(numbered(20), stage), base::Error);
  CHECK(stage.committed == 7);
}

// Takes chunks, and remembers how large they were.
class ChunkStage : public MarkingStage {
 public:
  std::size_t chunk_records() const override { return 64; }
  void process_chunk(std::span<const ndjson::Placed> records, std::span<Outcome> outcomes,
                     unsigned worker) override {
    {
      const std::lock_guard lock(mutex);
      sizes.push_back(records.size());
    }
    std::vector<std::string> ids;
    for (const ndjson::Placed& placed : records)
      ids.emplace_back(placed.record.id());  // all alive at once
    for (std::size_t i = 0; i < records.size(); ++i) {
      CHECK(records[i].record.id() == ids[i]);
      outcomes[i] = process(records[i], worker);
    }
  }
  std::mutex mutex;
  std::vector<std::size_t> sizes;
};

TEST_CASE(
    "a stage that takes chunks gives the same lines as one that does not, for any number of "
    "threads") {
  std::string input;
  for (int i = 0; i < 500; ++i) {
    const std::string n = std::to_string(i);
    if (i % 11 == 0)
      input += "{\"id\":\"d" + n + "\"}\n";
    else if (i % 13 == 0)
      input += "{\"id\":\"e" + n + "\"}\n";
    else if (i % 17 == 0)
      input += "no record\n";
    else if (i % 19 == 0)
      input += "{\"id\":\"f" + n + "\",\"error\":{\"code\":\"x\"}}\n";
    else if (i % 23 == 0)
      input += "{\"id\":\"" + n + "\",\"long\":\"" + std::string(2'000, 'x') + "\"}\n";
    else
      input += "{\"id\":\"" + n + "\"}\n";
  }
  MarkingStage plain;
  const Run expected = run(input, plain, 1, 1000, 100);
  for (const unsigned jobs : {1u, 2u, 5u}) {
    ChunkStage stage;
    const Run got = run(input, stage, jobs, 1000, 100);
    CHECK(got.output == expected.output);
    CHECK(got.counts.errors == expected.counts.errors);
    CHECK(got.counts.dropped == expected.counts.dropped);
    CHECK(got.counts.bad_lines == expected.counts.bad_lines);
    CHECK(stage.committed == plain.committed);
    for (const std::size_t size : stage.sizes) CHECK(size <= 64);
  }
}

TEST_CASE(
    "a chunk is a part of its batch: a lone record waits for no other, and threads share a small "
    "batch") {
  ChunkStage lone;
  run(numbered(1), lone, 4, 1000, 1024);
  CHECK(lone.sizes.empty());  // process() takes it
  ChunkStage shared;
  run(numbered(8), shared, 4, 1000, 8);
  for (const std::size_t size : shared.sizes) CHECK(size <= 2);
}

TEST_CASE("an exception out of a chunk stops the run, and nothing of its batch is written") {
  ChunkStage stage;
  CHECK_THROWS_AS(run(numbered(30) + "{\"id\":\"boom\"}\n" + numbered(30), stage, 2, 1000, 100),
                  base::Error);
  CHECK(stage.committed == 0);
}

// Keeps by place what it is given, and writes it when the batch is committed.
class PlacingStage : public ndjson::Stage {
 public:
  explicit PlacingStage(std::size_t chunk) : chunk_(chunk) {}
  std::string_view name() const override { return "place"; }
  void begin_batch(std::size_t count) override { ids.assign(count, "nothing"); }
  Outcome process(const ndjson::Placed& placed, unsigned) override {
    ids.at(placed.place) = std::string(placed.record.id());
    return {};
  }
  Outcome process_failed(const ndjson::Placed& placed, unsigned) override {
    ids.at(placed.place) = "failed " + std::string(placed.record.id());
    return {};
  }
  std::size_t chunk_records() const override { return chunk_; }
  void commit_batch(std::span<Outcome> outcomes) override {
    CHECK(outcomes.size() == ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) outcomes[i].line = ids[i];
  }
  std::vector<std::string> ids;

 private:
  std::size_t chunk_;
};

TEST_CASE("what a stage keeps by place is found at the line's outcome, for any chunk and threads") {
  std::string input, expected;
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    if (i % 17 == 0) {
      input += "no record\n";
      expected += "nothing\n";
    } else if (i % 19 == 0) {
      input += "{\"id\":\"" + n + "\",\"error\":{}}\n";
      expected += "failed " + n + "\n";
    } else {
      input += "{\"id\":\"" + n + "\"}\n";
      expected += n + "\n";
    }
  }
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{64}}) {
    for (const unsigned jobs : {1u, 3u}) {
      PlacingStage stage(chunk);
      CHECK(run(input, stage, jobs, 1000, 100).output == expected);
    }
  }
}
