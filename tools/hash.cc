// hash: digests and perceptual hashes of in-scope items, or of files for making lists.  proviso-hash(1)
#include <fmt/format.h>

#include <cstdlib>
#include <thread>

#include "cli/app.h"
#include "crypto/keys.h"
#include "stage/file_hashes.h"
#include "stage/hash.h"

namespace {

using namespace proviso;

struct Settings {
  std::vector<std::string> files;
  std::optional<std::string> files_from;
  bool nul = false;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  media::Limits limits;
};

base::ExitCode hash_stream(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  const auto key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::open(policy.ledger_key));
  const ledger::Ledger ledger = ledger::Ledger::open_to_append(policy.ledger, key, policy.rehearsal);
  const law::Resolved law = policy::resolve_law(policy);
  if (const auto note = law.unverified_note()) context.log().note(*note);
  gate::Gate gate(policy, law, &ledger);
  stage::Hash hash(gate, settings.jobs, settings.limits);
  ndjson::StreamOptions options;
  options.jobs = settings.jobs;
  return context.stream(hash, options);
}

base::ExitCode hash_list(cli::Context& context, const Settings& settings) {
  stage::FileHashSettings files;
  files.files.assign(settings.files.begin(), settings.files.end());
  if (settings.files_from) {
    for (auto& path : stage::read_path_list(*settings.files_from, settings.nul)) files.files.push_back(std::move(path));
  }
  files.jobs = settings.jobs;
  files.limits = settings.limits;
  if (context.common().policy || std::getenv("PROVISO_POLICY") != nullptr) files.spool = context.policy().spool;
  ndjson::StreamCounts counts;
  const base::ExitCode code = stage::hash_files(files, 1, counts);
  context.log().summary(fmt::format("{} files, {} hashed, {} errors", counts.records, counts.passed, counts.errors));
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("hash", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description("Hash the items of standard input that scope-check let through, or the FILEs named.");
    setup.app.add_option("FILE", settings->files, "files or directories to hash for a list (no policy needed)");
    setup.app.add_option("--files-from", settings->files_from, "read file names from FILE, one a line; - for standard input");
    setup.app.add_flag("-0,--null", settings->nul, "names of --files-from end with NUL");
    setup.app.add_option("--jobs", settings->jobs, "threads, each with a decoding worker")->check(CLI::Range(1u, 256u));
    setup.app.add_option("--max-pixels", settings->limits.max_pixels, "largest image, width times height");
    setup.app.add_option("--max-bytes", settings->limits.max_bytes, "largest file to decode");
    setup.schema_in = "scope";
    setup.schema_out = "hash";
    setup.version_details = [] { return "decoding is confined by " + media::confinement() + "\n"; };
    setup.action = [settings](cli::Context& context) {
      const bool files = !settings->files.empty() || settings->files_from;
      return files ? hash_list(context, *settings) : hash_stream(context, *settings);
    };
  });
}
