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
#include "cli/log.h"
#include "cli/output.h"
#include "crypto/keys.h"
#include "json/json.h"
#include "law/instrument.h"
#include "ledger/ledger.h"
#include "ndjson/stream.h"
#include "policy/policy.h"

namespace proviso::cli {

struct Common {
  std::optional<std::string> policy, now, stats;
  bool quiet = false;
  std::optional<bool> progress;
  std::string log_format = "text";
};

// A ledger that an option names in place of the policy's. Empty members: the policy's.
struct LedgerPlace {
  std::filesystem::path directory;
  std::string key;  // URI of the private key; to read: file of the public key
};

// Given to the action after options are read. Opens what the tool asks for, once, and keeps it
// until the action is done. One thread.
class Context {
 public:
  Context(Log log, Common common) : log_(std::move(log)), common_(std::move(common)) {}

  // Words on stderr, after all that was printed before them.
  const Log& log();
  // The asked-for answer, on standard output; see Output for errors. False once nobody reads it.
  bool print(std::string_view text) { return output_.print(text); }
  void flush() { output_.flush(); }
  const Common& common() const { return common_; }

  // Loads the policy (find + load) once, sets the clock from --now / $PROVISO_NOW: Error(config) in
  // production.
  const policy::Policy& policy(const policy::LoadOptions& = {});
  // The clock for tools that work without a policy (--now allowed).
  void set_clock_without_policy();
  // The instruments that the policy names.
  const law::Resolved& law();
  // The same, and a note of how many of their conditions rest on a text that was not verified.
  const law::Resolved& law_with_note();
  // The policy's ledger, to append: takes its private key.
  ledger::Ledger& ledger();
  // The ledger of that place, to append; nothing of it is looked up in a policy.
  ledger::Ledger& ledger(const LedgerPlace&, bool rehearsal);
  // A ledger to read, checked by ledger_public_key(): takes no private key where NAME.pub lies
  // beside it.
  const ledger::Ledger& ledger_to_read(const LedgerPlace& = {});
  // The key given, else NAME.pub beside the policy's private key, else derived from that.
  const crypto::PublicKey& ledger_public_key(const LedgerPlace& = {});

  // Runs a stage over stdin -> stdout with progress, --stats, the line of counts, signals; gives
  // the exit code.
  base::ExitCode stream(ndjson::Stage&, const ndjson::StreamOptions&);
  void write_stats(const json::Json&) const;  // --stats FILE
  // Asked for, or a terminal that nothing else is written to.
  bool shows_progress(int output) const;

 private:
  Log log_;
  Common common_;
  Output output_;
  std::unique_ptr<policy::Policy> policy_;
  std::optional<law::Resolved> law_;
  std::optional<crypto::PublicKey> ledger_public_key_;
  std::optional<ledger::Ledger> ledger_;
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
