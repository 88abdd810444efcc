// match: looks hashes up in the compiled index.  proviso-match(1)
#include "stage/match/match.h"

#include <fmt/core.h>

#include "cli/app.h"

namespace {

using namespace proviso;

struct Settings {
  stage::MatchSettings match;
  ndjson::StreamOptions stream;
  std::optional<double> share;  // of the items that the lists of the sample are looked up for
  std::string seed;
  std::vector<std::string> sample_lists;
};

// What is wrong with it.
std::string is_version(const std::string& text) {
  const bool digits =
      text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return digits
             ? std::string()
             : "a version of the index has 64 small hex digits, as 'proviso index info' prints it";
}

base::ExitCode match(cli::Context& context, const Settings& s) {
  stage::MatchSettings settings = s.match;
  if (s.share) settings.sample.emplace(*s.share, s.seed, s.sample_lists);
  const policy::Policy& policy = context.policy();
  ledger::Ledger& ledger = context.ledger();
  gate::Gate gate(policy, context.law_with_note(), &ledger);
  stage::Match stage(gate, ledger, settings);
  if (settings.hits_only)
    context.log().note(
        "only hits are printed: 'proviso retain' behind this could erase no non-hit");
  return context.stream(stage, s.stream);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("match", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    app.description("Look the hashes of standard input up in the compiled index.");
    app.flag("--hits", s.match.hits_only, "print hits alone, for reading");
    app.flag("--best", s.match.best, "of each technology and file the nearest hit alone");
    app.option("--expect-index", s.match.expect_index, "version the index must have, 64 hex digits")
        .check(cli::holds(is_version));
    auto sample =
        app.option("--sample", s.share, "look lists up for this share of items alone, 0 to 1")
            .check(cli::range(0.0, 1.0));
    auto seed =
        app.option("--seed", s.seed, "text that chooses the items of --sample").needs(sample);
    sample.needs(seed);
    app.option("--sample-list", s.sample_lists,
               "a list that --sample is for; repeatable; default: all")
        .needs(sample)
        .one_value_each();
    app.option("--jobs", s.stream.jobs, "threads").check(cli::range(1u, 256u));
    app.schemas("hash", "match");
    app.version_details(
        [] { return fmt::format("PDQ search kernel: {}\n", index::kernel_name()); });
    return [&s](cli::Context& context) { return match(context, s); };
  });
}
