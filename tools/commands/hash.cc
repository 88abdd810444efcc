#include "commands/hash.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>

#include "cli/app.h"
#include "cli/progress.h"
#include "gate/gate.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "stage/hash/file_hashes.h"
#include "stage/hash/hash.h"

namespace proviso::hash_tool {

namespace {

stage::FileHashSettings files_of(cli::Context& context, const Settings& s) {
  stage::ListContent list = s.list;
  list.format = stage::parse_hash_format(s.format).value();
  list.pdq = !s.no_pdq;
  stage::FileHashSettings files;
  files.format = list.format;
  files.wanted = stage::wanted_of(list);
  files.jobs = s.jobs;
  // Fewer files than jobs: the others would have nothing to do.
  if (!s.files_from && s.files.size() < s.jobs) files.wanted.digest_threads = 2;
  files.limits = s.limits;
  if (context.common().policy || std::getenv("PROVISO_POLICY") != nullptr)
    files.spool = context.policy().spool;
  if (files.format != stage::HashFormat::ndjson) {  // whose lines have the errors
    files.on_error = [&context](const std::filesystem::path& path, const base::ItemError& error) {
      context.log().error(error.message, path.string(), error.code);
    };
  }
  return files;
}

}  // namespace

base::ExitCode hash_stream(cli::Context& context, const Settings& s) {
  const policy::Policy& policy = context.policy();
  const ledger::Ledger& ledger = context.ledger();
  gate::Gate gate(policy, context.law_with_note(), &ledger);
  stage::Hash hash(gate, s.jobs, s.limits);
  ndjson::StreamOptions options;
  options.jobs = s.jobs;
  return context.stream(hash, options);
}

base::ExitCode hash_list(cli::Context& context, const Settings& s) {
  stage::FileHashSettings files = files_of(context, s);
  const std::vector<std::filesystem::path> named(s.files.begin(), s.files.end());
  const bool shown = context.shows_progress(1);
  cli::Progress progress("hash", "files", shown);
  std::optional<double> total;  // counted first, for the time that is left
  if (shown && !s.files_from) total = static_cast<double>(stage::count_files(named));
  files.on_progress = [&](std::uint64_t done) {
    progress.at(done, total ? std::optional(static_cast<double>(done) / *total) : std::nullopt);
  };
  cli::catch_signals();
  stage::FileWalk walk(named, s.files_from, s.nul);
  ndjson::StreamCounts counts;
  const base::ExitCode code = stage::hash_files(walk, files, 1, counts);
  progress.finish();
  context.log().summary(
      fmt::format("{} files, {} hashed, {} errors", counts.records, counts.passed, counts.errors));
  context.write_stats(stage::figures_line(counts));
  return code;
}

}  // namespace proviso::hash_tool
