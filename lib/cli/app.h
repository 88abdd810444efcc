// What all tools share: options, policy and clock, statistics, words on stderr, exit codes. A main
// is run(name, ..., set_up).
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/instant.h"
#include "json/json.h"
#include "ndjson/stream.h"
#include "policy/policy.h"

namespace proviso::cli {

enum class LogFormat { text, json };

// Words on stderr, one line each: "proviso-TOOL: error: WHERE: WHAT". With --log-format json one
// object a line.
class Log {
 public:
  void error(std::string_view what, std::string_view where = {}, std::string_view code = {}) const;
  void warning(std::string_view what, std::string_view where = {}) const;
  void hint(std::string_view what) const;
  void note(std::string_view what) const;     // silent under --quiet
  void summary(std::string_view what) const;  // the line of counts at the end; silent under --quiet
  std::string tool;
  LogFormat format = LogFormat::text;
  bool quiet = false;

 private:
  void line(std::string_view level, std::string_view what, std::string_view where,
            std::string_view code) const;
};

struct Common {
  std::optional<std::string> policy, now, stats;
  bool quiet = false;
  std::optional<bool> progress;
  std::string log_format = "text";
};

// Given to the action after options are read.
class Context {
 public:
  const Log& log() const { return log_; }
  const Common& common() const { return common_; }
  // Loads the policy (find + load) once, sets the clock from --now / $PROVISO_NOW: Error(config) in
  // production.
  const policy::Policy& policy(const policy::LoadOptions& = {});
  // The clock for tools that work without a policy (--now allowed).
  void set_clock_without_policy();
  // Runs a stage over stdin -> stdout with progress, --stats, the line of counts, signals; gives
  // the exit code.
  base::ExitCode stream(ndjson::Stage&, const ndjson::StreamOptions&);
  void write_stats(const json::Json&) const;  // --stats FILE
  bool shows_progress(
      int output) const;  // asked for, or a terminal that nothing else is written to

  Context(Log log, Common common) : log_(std::move(log)), common_(std::move(common)) {}

 private:
  Log log_;
  Common common_;
  std::unique_ptr<policy::Policy> policy_;
};

// The tool's options. `app` is CLI11's; common options are added by run().
struct Setup {
  CLI::App& app;
  // What --schema in|out prints: file names in lib/ndjson/schema/ without ".json"; empty: no
  // --schema option.
  std::string schema_in, schema_out;
  // Set by the tool: does the work, gives the exit code.
  std::function<base::ExitCode(Context&)> action;
  // Extra lines for --version -v (kernels, sandbox), or empty.
  std::function<std::string()> version_details;
};

// A check of CLI11's kind, empty when the option's text is a number: CLI::Range lets "nan" through.
std::string not_a_number(const std::string& text);

// Parses, runs, catches base::Error (alone), prints and maps it: usage errors 64, anything
// unforeseen 70.
int run(std::string_view tool, int argc, char** argv, const std::function<void(Setup&)>& set_up);

// SIGTERM and SIGINT set ndjson::stop_requested, once: the work in hand is finished. A second one
// ends the program as usual.
void catch_signals();

// The front door: execs <exec-path>/<tool>.
int front_door(int argc, char** argv);
std::string exec_path();

}  // namespace proviso::cli
