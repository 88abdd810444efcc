#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "base/file.h"
#include "cli/app.h"
#include "cli/progress.h"

namespace proviso::cli {

namespace {

using Clock = std::chrono::steady_clock;

void request_stop(int) { ndjson::stop_requested = true; }

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

// Shows progress as batches are committed.
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

std::optional<std::string> given_clock(const Common& common) {
  if (common.now) return common.now;
  const char* environment = std::getenv("PROVISO_NOW");
  if (environment != nullptr && *environment != '\0') return environment;
  return std::nullopt;
}

}  // namespace

void Context::set_clock_without_policy() {
  const auto text = given_clock(common_);
  if (!text) return;
  const auto instant = base::parse_instant(*text);
  if (!instant) {
    throw base::Error(
        base::ExitCode::usage,
        fmt::format("'{}' is no instant, expected RFC 3339 such as 2026-11-24T10:00:00Z", *text),
        common_.now ? "--now" : "PROVISO_NOW");
  }
  base::set_clock(*instant);
}

const policy::Policy& Context::policy(const policy::LoadOptions& options) {
  if (!policy_) {
    set_clock_without_policy();  // load() refuses it in production
    std::optional<policy::fs::path> given;
    if (common_.policy) given = *common_.policy;
    policy_ = std::make_unique<policy::Policy>(policy::load(policy::find(given), options));
  }
  return *policy_;
}

const Log& Context::log() {
  output_.flush();
  return log_;
}

const law::Resolved& Context::law() {
  if (!law_) law_.emplace(policy::resolve_law(policy()));
  return *law_;
}

const law::Resolved& Context::law_with_note() {
  const law::Resolved& resolved = law();
  if (const auto note = resolved.unverified_note()) log().note(*note);
  return resolved;
}

ledger::Ledger& Context::ledger() {
  return ledger({policy().ledger, policy().ledger_key}, policy().rehearsal);
}

ledger::Ledger& Context::ledger(const LedgerPlace& place, bool rehearsal) {
  if (!ledger_) {
    auto key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::open(place.key));
    ledger_.emplace(ledger::Ledger::open_to_append(place.directory, std::move(key), rehearsal));
  }
  return *ledger_;
}

const crypto::PublicKey& Context::ledger_public_key(const LedgerPlace& place) {
  if (ledger_public_key_) return *ledger_public_key_;
  if (!place.key.empty()) return ledger_public_key_.emplace(crypto::PublicKey::open(place.key));
  std::filesystem::path beside = policy().ledger_key;
  beside.replace_extension(".pub");
  std::error_code error;
  return ledger_public_key_.emplace(
      std::filesystem::exists(beside, error)
          ? crypto::PublicKey::open(beside)
          : crypto::PublicKey::of(crypto::PrivateKey::open(policy().ledger_key)));
}

const ledger::Ledger& Context::ledger_to_read(const LedgerPlace& place) {
  if (!ledger_) {
    const crypto::PublicKey& key = ledger_public_key(place);
    ledger_.emplace(ledger::Ledger::open_to_read(
        place.directory.empty() ? policy().ledger : place.directory, key));
  }
  return *ledger_;
}

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
  stage.begin_batch(0);  // a closed gate is told even when there is nothing to read
  ProgressStage shown(stage, options.input);
  const base::ExitCode code = ndjson::run_stream(
      shows_progress(options.output) ? static_cast<ndjson::Stage&>(shown) : stage, options, counts);
  const double seconds = seconds_since(start);
  log_.summary(fmt::format("{}: {} passed, {} dropped, {}", plural(counts.lines, "line"),
                           counts.passed, counts.dropped, plural(counts.errors, "error")));
  json::Json stats = stage.figures();
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
  write_stats(stats);
  return code;
}

void Context::write_stats(const json::Json& stats) const {
  if (!common_.stats) return;
  const std::string text = stats.dump() + "\n";
  struct stat status {};
  if (stat(common_.stats->c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    // A pipe or device cannot be replaced by a whole new file.
    const base::UniqueFd fd(open(common_.stats->c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) base::throw_errno(errno, "cannot open", *common_.stats, base::ExitCode::cannot_create);
    base::write_all(fd.get(), text, *common_.stats);
    return;
  }
  base::write_file_atomically(*common_.stats, text);
}

}  // namespace proviso::cli
