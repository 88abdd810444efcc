// hash: digests and perceptual hashes of in-scope items, or of files for making lists.
// proviso-hash(1)
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "cli/app.h"
#include "cli/progress.h"
#include "stage/hash/file_hashes.h"
#include "stage/hash/hash.h"

namespace {

using namespace proviso;

struct Settings {
  std::vector<std::string> files;
  std::optional<std::string> files_from;
  bool nul = false;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  media::Limits limits;
  std::string format = "ndjson";
  std::vector<std::string> digests{"md5", "sha1", "sha256"};
  bool no_pdq = false, dihedral = false, unletterbox = false;
  double frame_interval = 1;
};

base::ExitCode hash_stream(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  const ledger::Ledger& ledger = context.ledger();
  const law::Resolved& law = context.law_with_note();
  gate::Gate gate(policy, law, &ledger);
  stage::Hash hash(gate, settings.jobs, settings.limits);
  ndjson::StreamOptions options;
  options.jobs = settings.jobs;
  return context.stream(hash, options);
}

stage::ContentWanted wanted_of(const Settings& settings, stage::HashFormat format) {
  stage::ContentWanted wanted;
  wanted.pin_containers = false;
  wanted.digests = {false, false, false, false};
  for (const std::string& name : settings.digests) {
    switch (digest::parse_type(name).value()) {  // the option takes no other name
      case digest::Type::md5:
        wanted.digests.md5 = true;
        break;
      case digest::Type::sha1:
        wanted.digests.sha1 = true;
        break;
      case digest::Type::sha256:
        wanted.digests.sha256 = true;
        break;
      case digest::Type::sha512:
        wanted.digests.sha512 = true;
        break;
    }
  }
  const bool digests_alone =
      format == stage::HashFormat::sum || format == stage::HashFormat::hashdeep;
  if (digests_alone || settings.no_pdq) {
    wanted.decode_containers = false;
    return wanted;
  }
  wanted.decoded.pdq = true;
  wanted.decoded.frames = true;
  wanted.decoded.frame_interval_ms = static_cast<std::uint32_t>(settings.frame_interval * 1000);
  wanted.decoded.dihedral = settings.dihedral;
  wanted.decoded.unletterbox = settings.unletterbox;
  wanted.decoded.leaves = {base::ContentKind::image, base::ContentKind::video};
  wanted.decoded.leaf_digests = wanted.digests;
  return wanted;
}

base::ExitCode hash_list(cli::Context& context, const Settings& settings) {
  stage::FileHashSettings files;
  files.format = stage::parse_hash_format(settings.format).value();
  if (files.format == stage::HashFormat::sum && settings.digests.size() != 1) {
    throw base::Error(base::ExitCode::usage, "--format sum takes one digest", "--digests",
                      "for example --digests sha256");
  }
  files.wanted = wanted_of(settings, files.format);
  files.jobs = settings.jobs;
  // Fewer files than jobs: the others would have nothing to do.
  if (!settings.files_from && settings.files.size() < settings.jobs)
    files.wanted.digest_threads = 2;
  files.limits = settings.limits;
  if (context.common().policy || std::getenv("PROVISO_POLICY") != nullptr)
    files.spool = context.policy().spool;
  const bool told_in_line = files.format == stage::HashFormat::ndjson;
  files.on_error = [&](const std::filesystem::path& path, const base::ItemError& error) {
    if (!told_in_line) context.log().error(error.message, path.string(), error.code);
  };

  const std::vector<std::filesystem::path> named(settings.files.begin(), settings.files.end());
  cli::Progress progress("hash", "files", context.shows_progress(1));
  std::optional<double> total;
  if (context.shows_progress(1) &&
      !settings.files_from) {  // counted first, so that the time left can be told
    stage::FileWalk counted(named, std::nullopt, false);
    double count = 0;
    while (counted.next()) ++count;
    total = count;
  }
  files.on_progress = [&](std::uint64_t done) {
    progress.at(done, total ? std::optional(static_cast<double>(done) / *total) : std::nullopt);
  };
  cli::catch_signals();
  stage::FileWalk walk(named, settings.files_from, settings.nul);
  ndjson::StreamCounts counts;
  const base::ExitCode code = stage::hash_files(walk, files, 1, counts);
  progress.finish();
  context.log().summary(
      fmt::format("{} files, {} hashed, {} errors", counts.records, counts.passed, counts.errors));
  context.write_stats({{"tool", "hash"},
                       {"files", counts.records},
                       {"hashed", counts.passed},
                       {"errors", counts.errors},
                       {"bytes", counts.bytes}});
  return code;
}

void add_limits(CLI::App& app, media::Limits& limits) {
  app.add_option("--max-bytes", limits.max_bytes, "largest file to decode");
  app.add_option("--max-pixels", limits.max_pixels, "largest picture or frame, width times height");
  app.add_option("--max-frames", limits.max_frames, "frames sampled of one video at the most");
  app.add_option("--max-members", limits.max_members,
                 "files inside one archive or mail, at all depths");
  app.add_option("--max-depth", limits.max_depth, "archives and mails inside each other");
  app.add_option("--max-expanded-bytes", limits.max_expanded_bytes,
                 "bytes inside one archive or mail");
  app.add_option("--max-expansion", limits.max_expansion,
                 "times an archive may be larger inside than outside")
      ->check(CLI::PositiveNumber);
  app.add_option("--deadline-ms", limits.deadline_ms, "for one picture");
  app.add_option("--long-deadline-ms", limits.long_deadline_ms, "for one video, archive or mail");
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("hash", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description(
        "Hash the items of standard input that scope-check let through, or the FILEs named.");
    setup.app.add_option("FILE", settings->files,
                         "files or directories to hash for a list (no policy needed)");
    auto* const from =
        setup.app.add_option("--files-from", settings->files_from,
                             "read file names from FILE, one a line; - for standard input");
    setup.app.add_flag("-0,--null", settings->nul, "names of --files-from end with NUL")
        ->needs(from);
    setup.app.add_option("--jobs", settings->jobs, "threads, each with a decoding worker")
        ->check(CLI::Range(1u, 256u));
    std::vector<CLI::Option*> of_files{
        setup.app.add_option("--format", settings->format, "ndjson, hashdeep, sum, csv")
            ->check(CLI::IsMember({"ndjson", "hashdeep", "sum", "csv"})),
        setup.app.add_option("--digests", settings->digests, "of md5,sha1,sha256,sha512")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->check(CLI::IsMember({"md5", "sha1", "sha256", "sha512"})),
        setup.app.add_flag("--no-pdq", settings->no_pdq, "digests alone: nothing is decoded"),
        setup.app.add_flag("--dihedral", settings->dihedral,
                           "PDQ of the picture turned and mirrored as well"),
        setup.app.add_flag("--unletterbox", settings->unletterbox,
                           "PDQ without flat borders as well"),
        setup.app
            .add_option("--frame-interval", settings->frame_interval,
                        "seconds between sampled frames of a video; 0: every frame")
            ->check(CLI::Range(0.0, 3600.0))
            ->check(cli::not_a_number),
    };
    add_limits(setup.app, settings->limits);
    setup.schema_in = "scope";
    setup.schema_out = "hash";
    setup.version_details = [] {
      return fmt::format("decoding is confined by {}\nPDQ kernel: {}\n", media::confinement(),
                         pdq::kernel_name());
    };
    setup.action = [settings, of_files](cli::Context& context) {
      if (!settings->files.empty() || settings->files_from) return hash_list(context, *settings);
      for (const CLI::Option* option : of_files) {
        if (option->count() != 0) {
          throw base::Error(
              base::ExitCode::usage,
              "is for hashing files; of the stream's items the policy says what is computed",
              option->get_name(), "name a FILE, or set the technology's parameters");
        }
      }
      return hash_stream(context, *settings);
    };
  });
}
