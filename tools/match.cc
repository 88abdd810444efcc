// match: looks hashes up in the compiled index.  proviso-match(1)
#include <fmt/format.h>

#include "cli/app.h"
#include "stage/match/match.h"

namespace {

using namespace proviso;

struct Settings {
  stage::MatchSettings match;
  ndjson::StreamOptions stream;
  std::optional<double> sample;
  std::string seed;
  std::vector<std::string> sample_lists;
};

// A check of CLI11: empty when it is one.
std::string is_version(const std::string& text) {
  const bool digits =
      text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return digits
             ? std::string()
             : "a version of the index has 64 small hex digits, as 'proviso index info' prints it";
}

base::ExitCode match(cli::Context& context, const stage::MatchSettings& settings,
                     const ndjson::StreamOptions& options) {
  const policy::Policy& policy = context.policy();
  ledger::Ledger& ledger = context.ledger();
  const law::Resolved& law = context.law_with_note();
  gate::Gate gate(policy, law, &ledger);
  stage::Match stage(gate, ledger, settings);
  if (settings.hits_only)
    context.log().note(
        "only hits are printed: 'proviso retain' behind this could erase no non-hit");
  return context.stream(stage, options);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("match", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description("Look the hashes of standard input up in the compiled index.");
    setup.app.add_flag("--hits", settings->match.hits_only, "print hits alone, for reading");
    setup.app.add_flag("--best", settings->match.best,
                       "of each technology and file the nearest hit alone");
    setup.app
        .add_option("--expect-index", settings->match.expect_index,
                    "version the index must have, 64 hex digits")
        ->check(is_version);
    auto* const sample = setup.app
                             .add_option("--sample", settings->sample,
                                         "look lists up for this share of items alone, 0 to 1")
                             ->check(CLI::Range(0.0, 1.0))
                             ->check(cli::not_a_number);
    auto* const seed =
        setup.app.add_option("--seed", settings->seed, "text that chooses the items of --sample")
            ->needs(sample);
    sample->needs(seed);
    setup.app
        .add_option("--sample-list", settings->sample_lists,
                    "a list that --sample is for; repeatable; default: all")
        ->needs(sample)
        ->allow_extra_args(false);
    setup.app.add_option("--jobs", settings->stream.jobs, "threads")->check(CLI::Range(1u, 256u));
    setup.schema_in = "hash";
    setup.schema_out = "match";
    setup.version_details = [] {
      return fmt::format("PDQ search kernel: {}\n", index::kernel_name());
    };
    setup.action = [settings](cli::Context& context) {
      if (settings->sample)
        settings->match.sample.emplace(*settings->sample, settings->seed, settings->sample_lists);
      return match(context, settings->match, settings->stream);
    };
  });
}
