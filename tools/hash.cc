// hash: computes digests and perceptual hashes of in-scope items, or of files for making lists.
// proviso-hash(1)
#include <fmt/core.h>

#include "cli/app.h"
#include "commands/hash.h"
#include "media/decoder.h"
#include "pdq/pdq_hash.h"

namespace {

using namespace proviso;

void add_limits(cli::App& app, media::Limits& limits) {
  app.option("--max-bytes", limits.max_bytes, "largest file to decode");
  app.option("--max-pixels", limits.max_pixels, "largest picture or frame, width times height");
  app.option("--max-frames", limits.max_frames, "frames sampled of one video at the most");
  app.option("--max-members", limits.max_members,
             "files inside one archive or mail, at all depths");
  app.option("--max-depth", limits.max_depth, "archives and mails inside each other");
  app.option("--max-expanded-bytes", limits.max_expanded_bytes, "bytes inside one archive or mail");
  app.option("--max-expansion", limits.max_expansion,
             "times an archive may be larger inside than outside")
      .check(cli::positive());
  app.option("--deadline-ms", limits.deadline_ms, "for one picture");
  app.option("--long-deadline-ms", limits.long_deadline_ms, "for one video, archive or mail");
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("hash", argc, argv, [](cli::App& app) {
    auto& s = app.settings<hash_tool::Settings>();
    app.description(
        "Hash the items of standard input that scope-check let through, or the FILEs named.");
    app.option("FILE", s.files, "files or directories to hash for a list (no policy needed)");
    auto from = app.option("--files-from", s.files_from,
                           "read file names from FILE, one a line; - for standard input");
    app.flag("-0,--null", s.nul, "names of --files-from end with NUL").needs(from);
    app.option("--jobs", s.jobs, "threads, each with a decoding worker")
        .check(cli::range(1u, 256u));
    const std::vector<cli::Option> of_files{
        app.option("--format", s.format, "ndjson, hashdeep, sum, csv")
            .check(cli::one_of({"ndjson", "hashdeep", "sum", "csv"})),
        app.option("--digests", s.list.digests, "of md5,sha1,sha256,sha512")
            .delimiter(',')
            .one_value_each()
            .check(cli::one_of({"md5", "sha1", "sha256", "sha512"})),
        app.flag("--no-pdq", s.no_pdq, "digests alone: nothing is decoded"),
        app.flag("--dihedral", s.list.dihedral, "PDQ of the picture turned and mirrored as well"),
        app.flag("--unletterbox", s.list.unletterbox, "PDQ without flat borders as well"),
        app.option("--frame-interval", s.list.frame_interval,
                   "seconds between sampled frames of a video; 0: every frame")
            .check(cli::range(0.0, 3600.0)),
    };
    add_limits(app, s.limits);
    app.schemas("scope", "hash");
    app.version_details([] {
      return fmt::format("decoding is confined by {}\nPDQ kernel: {}\n", media::confinement(),
                         pdq::kernel_name());
    });
    return [&s, of_files](cli::Context& context) {
      if (!s.files.empty() || s.files_from) return hash_tool::hash_list(context, s);
      for (const cli::Option& option : of_files) {
        if (option.given())
          throw base::Error(
              base::ExitCode::usage,
              "is for hashing files; of the stream's items the policy says what is computed",
              option.name(), "name a FILE, or set the technology's parameters");
      }
      return hash_tool::hash_stream(context, s);
    };
  });
}
