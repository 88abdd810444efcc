#include "ndjson/stream.h"

#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "base/stop.h"
#include "cli/app.h"
#include "cli/progress.h"
#include "json/json.h"

namespace proviso::cli {

namespace {

using Clock = std::chrono::steady_clock;

void request_stop(int) { base::stop_requested = true; }

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// How far a regular file on standard input has been read.
std::optional<double> input_fraction(int input) {
  struct stat status {};
  if (::fstat(input, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0)
    return std::nullopt;
  const off_t at = ::lseek(input, 0, SEEK_CUR);
  return at < 0 ? std::nullopt
                : std::optional(static_cast<double>(at) / static_cast<double>(status.st_size));
}

// Shows progress as batches are decided.
class ProgressStage : public ndjson::Stage {
 public:
  ProgressStage(ndjson::Stage& inner, int input)
      : inner_(inner), input_(input), progress_(std::string(inner.name()), "records", true) {}
  std::string_view name() const override { return inner_.name(); }
  void begin_batch(std::size_t count) override { inner_.begin_batch(count); }
  ndjson::Outcome process(const ndjson::Placed& placed, unsigned worker) override {
    return inner_.process(placed, worker);
  }
  std::size_t chunk_records() const override { return inner_.chunk_records(); }
  void process_chunk(std::span<const ndjson::Placed> records, std::span<ndjson::Outcome> outcomes,
                     unsigned worker) override {
    inner_.process_chunk(records, outcomes, worker);
  }
  ndjson::Outcome process_failed(const ndjson::Placed& placed, unsigned worker) override {
    return inner_.process_failed(placed, worker);
  }
  void commit_batch(std::span<ndjson::Outcome> outcomes) override {
    inner_.commit_batch(outcomes);
    lines_ += outcomes.size();
    progress_.at(lines_, input_fraction(input_));
  }
  ndjson::GroupWork close_group() override { return inner_.close_group(); }
  void finish() override {
    progress_.finish();
    inner_.finish();
  }

 private:
  ndjson::Stage& inner_;
  int input_;
  Progress progress_;
  std::uint64_t lines_ = 0;
};

std::string plural(std::uint64_t n, std::string_view one) {
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}

}  // namespace

// SIGTERM and SIGINT stop the stream after the batch in hand; a second one ends the program as
// usual.
void catch_signals() {
  struct sigaction action {};
  action.sa_handler = request_stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // no SA_RESTART: a waiting read() returns
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

bool Context::shows_progress(int output) const {
  return common_.progress.value_or(isatty(STDERR_FILENO) == 1 && !common_.quiet &&
                                   isatty(output) == 0 && log_.format == LogFormat::text);
}

base::ExitCode Context::stream(ndjson::Stage& stage, const ndjson::StreamOptions& options) {
  catch_signals();
  ndjson::StreamCounts counts;
  const auto start = Clock::now();
  stage.begin_batch(0);  // a closed gate is reported even without input
  ProgressStage shown(stage, options.input);
  const base::ExitCode code = ndjson::run_stream(
      shows_progress(options.output) ? static_cast<ndjson::Stage&>(shown) : stage, options, counts);
  const double seconds = seconds_since(start);
  log_.summary(fmt::format("{}: {} passed, {} dropped, {}", plural(counts.lines, "line"),
                           counts.passed, counts.dropped, plural(counts.errors, "error")));
  json::Json stats = json::parse(stage.figures(), "figures");
  stats.update(
      {{"tool", log_.tool},
       {"lines", counts.lines},
       {"records", counts.records},
       {"passed", counts.passed},
       {"dropped", counts.dropped},
       {"errors", counts.errors},
       {"bad_lines", counts.bad_lines},
       {"bytes", counts.bytes},
       {"seconds", seconds},
       {"records_per_second", seconds > 0 ? static_cast<double>(counts.records) / seconds : 0.0}});
  write_stats(stats.dump() + "\n");
  return code;
}

}  // namespace proviso::cli
