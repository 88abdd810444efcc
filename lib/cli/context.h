// What a tool's work has: its log, its output, and what its options name.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/log.h"
#include "cli/output.h"

namespace proviso::crypto {
class PublicKey;
}
namespace proviso::law {
class Resolved;
}
namespace proviso::ledger {
class Ledger;
}
namespace proviso::ndjson {
class Stage;
struct StreamOptions;
}  // namespace proviso::ndjson
namespace proviso::policy {
struct LoadOptions;
struct Policy;
}  // namespace proviso::policy

namespace proviso::cli {

// The options that every tool has.
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

// Opens what the tool asks for, once, and keeps it until the work is done. One thread.
class Context {
 public:
  Context(Log, Common);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  // The log on stderr; what was printed before is written first.
  const Log& log();
  // Prints a part of the answer on standard output; see Output for errors. False once nobody reads.
  bool print(std::string_view text) { return output_.print(text); }
  void flush() { output_.flush(); }
  // Prints an answer that is whole; gives ExitCode::ok.
  base::ExitCode answer(std::string_view text);
  const Common& common() const { return common_; }

  // Loads the policy (find + load) once, sets the clock from --now / $PROVISO_NOW: Error(config) in
  // production.
  const policy::Policy& policy();
  const policy::Policy& policy(const policy::LoadOptions&);
  // The clock for tools that work without a policy (--now allowed).
  void set_clock_without_policy();
  // The instruments that the policy names.
  const law::Resolved& law();
  // The same, and a note of how many of their conditions rest on a text that was not verified.
  const law::Resolved& law_with_note();
  // The ledger that is open, else the policy's, to append: takes its private key.
  // Error(check_failed) if it was rolled back behind the copy of its checkpoint in the policy's
  // vault.
  ledger::Ledger& ledger();
  // The ledger of that place, to append; nothing of it is looked up in a policy.
  ledger::Ledger& ledger(const LedgerPlace&, bool rehearsal);
  // A ledger to read (the policy's compared as above), checked by ledger_public_key(): takes no
  // private key where NAME.pub lies beside it, and no policy where both members of the place are
  // given.
  const ledger::Ledger& ledger_to_read(const LedgerPlace& = {});
  // The key given, else NAME.pub beside the policy's private key, else derived from that.
  const crypto::PublicKey& ledger_public_key(const LedgerPlace& = {});

  // Renews the copy of the checkpoint in the policy's vault, if a ledger of the policy was opened
  // to append; so that what this tool appended cannot be rolled back unseen. Error as keep_copy().
  void keep_checkpoint();

  // Runs a stage over stdin -> stdout with progress, --stats, the line of counts, signals; gives
  // the exit code.
  base::ExitCode stream(ndjson::Stage&, const ndjson::StreamOptions&);
  // Writes one line of JSON to --stats FILE, where that was asked for.
  void write_stats(std::string_view line) const;
  // As --progress or --no-progress says; without them true if stderr is a terminal, `output` is
  // not, and neither --quiet nor --log-format json is given.
  bool shows_progress(int output) const;

 private:
  void compare_with_vault();

  struct Opened;
  Log log_;
  Common common_;
  Output output_;
  std::unique_ptr<Opened> opened_;
};

}  // namespace proviso::cli
