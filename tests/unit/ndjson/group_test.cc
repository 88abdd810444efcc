// The stream of a stage that commits groups of batches on a thread of its own.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/stop.h"
#include "ndjson/stream.h"
#include "pipes.h"

using namespace proviso;
using ndjson::Outcome;
using ndjson_test::attempt;
using ndjson_test::numbered;
using ndjson_test::Pipe;
using ndjson_test::Run;

namespace {

// A number that threads wait for. A wait that would last for ever fails its case instead.
class Reached {
 public:
  void add(std::size_t more) {
    {
      const std::lock_guard lock(mutex_);
      value_ += more;
    }
    changed_.notify_all();
  }
  bool wait(std::size_t wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return value_ >= wanted; });
  }
  std::size_t value() {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t value_ = 0;
};

// Passes each record on. Groups are numbered from 0.
class GroupStage : public ndjson::Stage {
 public:
  std::string_view name() const override { return "group"; }
  void begin_batch(std::size_t count) override {
    begun += count;
    most_in_flight = std::max(most_in_flight, begun - committed.value());
    if (on_batch) on_batch(batches);
    ++batches;
  }
  Outcome process(const ndjson::Placed& placed, unsigned) override {
    return {Outcome::Kind::pass, placed.record.line(), false};
  }
  void commit_batch(std::span<Outcome> outcomes) override {
    gathered += outcomes.size();
    decided.add(outcomes.size());
  }
  ndjson::GroupWork close_group() override {
    const std::size_t group = sizes.size();
    const std::size_t size = std::exchange(gathered, 0);
    sizes.push_back(size);
    ndjson::GroupWork work;
    work.commit = [this, group, size] {
      if (on_commit) on_commit(group);
      committed.add(size);
    };
    work.after = [this, group, size] {
      if (on_after) on_after(group);
      followed.add(size);
    };
    return work;
  }
  void finish() override {
    CHECK(followed.value() == committed.value());
    finished = true;
  }

  std::function<void(std::size_t)> on_batch, on_commit, on_after;
  Reached decided, committed, followed;  // lines
  std::vector<std::size_t> sizes;        // lines of each group that was closed
  std::size_t batches = 0, begun = 0, gathered = 0, most_in_flight = 0;
  std::atomic<bool> finished = false;
};

ndjson::StreamOptions small(std::size_t batch, std::size_t group) {
  ndjson::StreamOptions options;
  options.max_batch = batch;
  options.max_group = group;
  return options;
}

// A stream on a thread, with pipes that the case writes and reads.
struct Live {
  explicit Live(ndjson::Stage& stage, ndjson::StreamOptions options = small(7, 14)) {
    options.input = in.ends[0];
    options.output = out.ends[1];
    thread = std::thread([this, &stage, options] {
      try {
        code = ndjson::run_stream(stage, options, counts);
      } catch (const base::Error& error) {
        code = error.code();
      }
    });
  }
  ~Live() {
    in.close_write();
    if (thread.joinable()) thread.join();
  }
  void end() {
    in.close_write();
    thread.join();
  }
  Pipe in, out;
  ndjson::StreamCounts counts;
  std::optional<base::ExitCode> code;
  std::thread thread;
};

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("lines leave in order and each group is committed once, for any number of threads") {
  for (const unsigned jobs : {1u, 2u, 5u}) {
    GroupStage stage;
    stage.on_commit = [&](std::size_t group) {  // what comes after commits is one group behind
      if (group < 2) return;
      const auto end = stage.sizes.begin() + static_cast<std::ptrdiff_t>(group - 1);
      CHECK(stage.followed.value() >= std::accumulate(stage.sizes.begin(), end, std::size_t{0}));
    };
    ndjson::StreamOptions options = small(7, 20);
    options.jobs = jobs;
    const Run result = attempt(numbered(1000), stage, options);
    CHECK(result.output == numbered(1000));
    CHECK(result.code == base::ExitCode::ok);
    CHECK(result.counts.passed == 1000);
    CHECK(result.counts.bytes == numbered(1000).size());
    CHECK(stage.committed.value() == 1000);
    CHECK(stage.finished);
    for (const std::size_t size : stage.sizes) CHECK((size > 0 && size <= 20));
  }
}

TEST_CASE("no line is written before its commit is done; the next batch is decided meanwhile") {
  GroupStage stage;
  Reached open;
  stage.on_commit = [&](std::size_t group) { CHECK(open.wait(group + 1)); };
  Live live(stage);
  live.in.write(numbered(7));
  CHECK(stage.decided.wait(7));
  live.in.write(numbered(7, 7));
  CHECK(stage.decided.wait(14));
  CHECK_FALSE(live.out.holds_something());
  open.add(1);
  for (int i = 0; i < 7; ++i) CHECK(live.out.read_line() + "\n" == numbered(1, i));
  CHECK_FALSE(live.out.holds_something());
  open.add(1);
  live.end();
  live.out.close_write();
  CHECK(live.out.read_all() == numbered(7, 7));
  CHECK(stage.sizes == std::vector<std::size_t>{7, 7});
}

TEST_CASE("while a commit runs the next group takes batches in up to its limit, and no more") {
  GroupStage stage;
  stage.on_commit = [&](std::size_t group) {
    if (group == 0) CHECK(stage.decided.wait(5 + 12));
  };
  const Run result = attempt(numbered(100), stage, small(5, 12));
  CHECK(result.output == numbered(100));
  REQUIRE(stage.sizes.size() > 2);
  CHECK(stage.sizes[0] == 5);
  CHECK(stage.sizes[1] == 12);
  CHECK(stage.most_in_flight <= 24);  // two groups
}

TEST_CASE("a group is bounded in bytes, too") {
  GroupStage stage;
  std::string input;
  const std::string padding(1 << 20, 'x');
  for (int i = 0; i < 30; ++i)
    input += "{\"id\":\"" + std::to_string(i) + "\",\"x\":\"" + padding + "\"}\n";
  stage.on_commit = [&](std::size_t group) {
    if (group == 0) CHECK(stage.decided.wait(stage.sizes[0] + 8));
  };
  ndjson::StreamOptions options = small(100, 100);
  options.max_line = 2 << 20;
  CHECK(attempt(input, stage, options).output == input);
  for (const std::size_t size : stage.sizes) CHECK(size <= 8);
}

TEST_CASE("a lone line is committed and written without waiting for more input") {
  GroupStage stage;
  Reached open;
  stage.on_commit = [&](std::size_t group) { CHECK(open.wait(group + 1)); };
  Live live(stage);
  live.in.write(numbered(1));
  CHECK(stage.decided.wait(1));
  live.in.write(numbered(1, 1) + "{\"id\":");  // the start of a third, whose end does not come
  CHECK(stage.decided.wait(2));
  open.add(1);
  CHECK(live.out.read_line() == "{\"id\":\"0\"}");
  open.add(2);
  CHECK(live.out.read_line() == "{\"id\":\"1\"}");
}

TEST_CASE("a long line that is on its way does not hold up a group whose commit is done") {
  constexpr off_t kSize = off_t{8} << 30;  // of holes behind the first line: always readable
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::tmpfile(), std::fclose);
  REQUIRE(file);
  const int input = fileno(file.get());
  REQUIRE(base::try_write_all(input, numbered(1)) == 0);
  REQUIRE(ftruncate(input, kSize) == 0);
  lseek(input, 0, SEEK_SET);
  GroupStage stage;
  Pipe out;
  ndjson::StreamOptions options = small(1, 14);
  options.input = input;
  options.output = out.ends[1];
  options.max_line = 1000;
  ndjson::StreamCounts counts;
  std::thread stream([&] { ndjson::run_stream(stage, options, counts); });
  CHECK(out.read_line() == "{\"id\":\"0\"}");
  CHECK(lseek(input, 0, SEEK_CUR) < kSize);
  base::stop_requested = true;
  stream.join();
  base::stop_requested = false;
}

TEST_CASE("a commit that fails ends the run: none of its lines, no later line, no later commit") {
  GroupStage stage;
  stage.on_commit = [&](std::size_t group) {
    if (group == 0) CHECK(stage.decided.wait(21));
    if (group == 1) throw base::Error(base::ExitCode::io, "disk full");
  };
  const Run result = attempt(numbered(100), stage, small(7, 14));
  REQUIRE(result.failure);
  CHECK_THROWS_WITH_AS(std::rethrow_exception(result.failure), "disk full", base::Error);
  CHECK(result.output == numbered(7));
  CHECK(stage.sizes == std::vector<std::size_t>{7, 14});
  CHECK(stage.followed.value() == 7);
  CHECK_FALSE(stage.finished);
}

TEST_CASE("what was decided before a batch that cannot begin is committed and written") {
  GroupStage stage;
  Reached thrown;
  stage.on_commit = [&](std::size_t) { CHECK(thrown.wait(1)); };
  stage.on_batch = [&](std::size_t batch) {
    if (batch < 2) return;
    thrown.add(1);
    throw base::Error(base::ExitCode::unavailable, "gate is closed");
  };
  const Run result = attempt(numbered(100), stage, small(7, 70));
  REQUIRE(result.failure);
  CHECK_THROWS_WITH_AS(std::rethrow_exception(result.failure), "gate is closed", base::Error);
  CHECK(result.output == numbered(14));
  CHECK(stage.sizes == std::vector<std::size_t>{7, 7});
  CHECK(stage.followed.value() == 14);
  CHECK_FALSE(stage.finished);
}

TEST_CASE("a closed output ends the stream quietly, and no further group is committed") {
  signal(SIGPIPE, SIG_IGN);
  GroupStage stage;
  stage.on_commit = [&](std::size_t) { CHECK(stage.decided.wait(14)); };
  Live live(stage);
  live.out.close_read();
  live.in.write(numbered(14));
  live.end();
  CHECK(live.code == base::ExitCode::ok);
  CHECK(stage.sizes == std::vector<std::size_t>{7});
  CHECK(live.counts.lines == 7);
  CHECK(stage.followed.value() == 7);
  CHECK(stage.finished);
}

TEST_CASE("a stop that was requested ends the stream after both groups in hand") {
  GroupStage stage;
  Reached open;
  stage.on_commit = [&](std::size_t) { CHECK(open.wait(1)); };
  Live live(stage);
  live.in.write(numbered(14));
  CHECK(stage.decided.wait(14));
  base::stop_requested = true;  // the input stays open
  open.add(1);
  live.thread.join();
  base::stop_requested = false;
  live.out.close_write();
  CHECK(live.out.read_all() == numbered(14));
  CHECK(stage.finished);
}

TEST_CASE("lines do not wait for what comes after their commit, and the end of the run does") {
  GroupStage stage;
  Reached open;
  stage.on_after = [&](std::size_t) { CHECK(open.wait(1)); };
  Live live(stage);
  live.in.write(numbered(1));
  CHECK(live.out.read_line() == "{\"id\":\"0\"}");
  live.in.write(numbered(1, 1));
  CHECK(live.out.read_line() == "{\"id\":\"1\"}");  // nor for that of the group before
  live.in.close_write();
  CHECK_FALSE(stage.finished);
  CHECK(stage.followed.value() == 0);
  open.add(1);
  live.thread.join();
  CHECK(stage.finished);
}

TEST_CASE("what fails after a commit ends the run with its exit code") {
  GroupStage stage;
  stage.on_after = [](std::size_t) { throw base::Error(base::ExitCode::io, "after"); };
  const Run result = attempt(numbered(3), stage, small(7, 14));
  REQUIRE(result.failure);
  CHECK_THROWS_WITH_AS(std::rethrow_exception(result.failure), "after", base::Error);
  CHECK(lines_of(result.output) == 3);
  CHECK_FALSE(stage.finished);
}
