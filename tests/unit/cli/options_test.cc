#include "cli/options.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tool_run.h"

using namespace proviso;
using cli_test::Run;

namespace {

struct Settings {
  std::string text = "default";
  std::optional<std::string> maybe;
  std::filesystem::path path;
  std::optional<std::filesystem::path> maybe_path;
  int number = 0;
  unsigned jobs = 1;
  std::uint64_t bytes = 0;
  double seconds = 1;
  std::optional<double> share;
  std::vector<std::string> words;
  bool flag = false;
};

// What `add` leaves in the settings after these words; the exit code when they are refused.
struct Parsed {
  Settings settings;
  int code = -1;
  std::string words, output;

  Parsed(std::vector<std::string> arguments, const std::function<void(cli::App&, Settings&)>& add) {
    const Run run(std::move(arguments), [&](cli::App& app) -> cli::Action {
      auto& s = app.settings<Settings>();
      add(app, s);
      return [&](cli::Context&) {
        settings = s;
        return base::ExitCode::ok;
      };
    });
    code = run.code;
    words = run.words;
    output = run.output;
  }
};

void add_all(cli::App& app, Settings& s) {
  app.option("--text", s.text, "a text");
  app.option("--maybe", s.maybe);
  app.option("--path", s.path);
  app.option("--maybe-path", s.maybe_path);
  app.option("--number", s.number);
  app.option("--jobs", s.jobs).check(cli::range(1u, 256u));
  app.option("--bytes", s.bytes).check(cli::range(std::uint64_t{1}, std::uint64_t{1} << 40));
  app.option("--seconds", s.seconds).check(cli::positive());
  app.option("--share", s.share).check(cli::range(0.0, 1.0));
  app.option("--words", s.words).delimiter(',').one_value_each();
  app.flag("--flag", s.flag, "a flag");
}

}  // namespace

TEST_CASE("options are bound to members of each type; without them the defaults stay") {
  const Parsed given(
      {"--text",    "t",        "--maybe", "m",      "--path",  "p",       "--maybe-path",
       "q",         "--number", "-3",      "--jobs", "4",       "--bytes", "1000000000000",
       "--seconds", "0.5",      "--share", "1",      "--words", "a,b",     "--words",
       "c",         "--flag"},
      add_all);
  CHECK(given.code == 0);
  CHECK(given.settings.text == "t");
  CHECK(given.settings.maybe == "m");
  CHECK(given.settings.path == "p");
  CHECK(given.settings.maybe_path == std::filesystem::path("q"));
  CHECK(given.settings.number == -3);
  CHECK(given.settings.jobs == 4);
  CHECK(given.settings.bytes == 1'000'000'000'000);
  CHECK(given.settings.seconds == 0.5);
  CHECK(given.settings.share == 1.0);
  CHECK(given.settings.words == std::vector<std::string>{"a", "b", "c"});
  CHECK(given.settings.flag);
  const Parsed none({}, add_all);
  CHECK(none.settings.text == "default");
  CHECK_FALSE(none.settings.maybe);
  CHECK_FALSE(none.settings.share);
}

TEST_CASE("a value out of its range is a usage error, and so is one that is not a number") {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--jobs", "0"},
                                             {"--jobs", "257"},
                                             {"--jobs", "-1"},
                                             {"--bytes", "0"},
                                             {"--seconds", "0"},
                                             {"--share", "1.5"},
                                             {"--share", "nan"},
                                             {"--number", "three"}}) {
    CAPTURE(wrong[0] + " " + wrong[1]);
    CHECK(Parsed(wrong, add_all).code == 64);
  }
  CHECK(Parsed({"--share", "nan"}, add_all).words.find("a number was expected, not nan") !=
        std::string::npos);
}

TEST_CASE("help shows types, words and ranges") {
  const std::string help = Parsed({"--help"}, [](cli::App& app, Settings& s) {
                             app.description("What the tool does.");
                             app.argument("NAME", s.path, "a positional");
                             app.option("--form", s.text, "a form").check(cli::one_of({"a", "b"}));
                             app.option("--jobs", s.jobs, "threads").check(cli::range(1u, 256u));
                             app.option("--to", s.maybe, "a place").type_name("PLACE");
                           }).output;
  for (const char* part : {"What the tool does.", "NAME TEXT REQUIRED", "--form TEXT:{a,b}",
                           "--jobs UINT:UINT in [1 - 256]", "--to PLACE"}) {
    CAPTURE(part);
    CHECK(help.find(part) != std::string::npos);
  }
}

TEST_CASE("an option may be one of some words, satisfy a check of its own, or be required") {
  const auto add = [](cli::App& app, Settings& s) {
    app.option("--form", s.text).check(cli::one_of({"a", "b"}));
    app.option("--even", s.maybe).check(cli::holds([](const std::string& text) {
      return text.size() % 2 == 0 ? std::string() : "an even length was expected";
    }));
    app.argument("NAME", s.path);
  };
  CHECK(Parsed({"x", "--form", "b", "--even", "ab"}, add).code == 0);
  CHECK(Parsed({"x", "--form", "c"}, add).words.find("c not in {a,b}") != std::string::npos);
  CHECK(Parsed({"x", "--even", "a"}, add).words.find("an even length was expected") !=
        std::string::npos);
  CHECK(Parsed({}, add).words.find("NAME is required") != std::string::npos);
}

TEST_CASE("options need each other, or exclude each other, and know whether they were given") {
  bool was_given = false;
  const auto add = [&](cli::App& app, Settings& s) {
    auto first = app.option("--first", s.text);
    auto second = app.option("--second", s.maybe);
    auto third = app.option("--third", s.path);
    first.needs(second, third);
    app.flag("--flag", s.flag).excludes(second, third);
  };
  CHECK(Parsed({"--first", "1"}, add).code == 64);
  CHECK(Parsed({"--first", "1", "--second", "2"}, add).code == 64);
  CHECK(Parsed({"--first", "1", "--second", "2", "--third", "3"}, add).code == 0);
  CHECK(Parsed({"--flag"}, add).code == 0);
  CHECK(Parsed({"--flag", "--third", "3"}, add).code == 64);
  CHECK(Parsed({"--flag", "--second", "2"}, add).code == 64);
  const auto asking = [&](const std::vector<std::string>& words) {
    const Run run(words, [&](cli::App& app) -> cli::Action {
      const cli::Option option = app.option("--text", app.settings<Settings>().text);
      return [&was_given, option](cli::Context&) {
        was_given = option.given();
        CHECK(option.name() == "--text");
        return base::ExitCode::ok;
      };
    });
    return run.code;
  };
  CHECK(asking({}) == 0);
  CHECK_FALSE(was_given);
  CHECK(asking({"--text", "t"}) == 0);
  CHECK(was_given);
}

TEST_CASE("the command that is chosen does the work, and one must be chosen") {
  const auto with_commands = [](cli::App& app) -> cli::Action {
    auto& s = app.settings<Settings>();
    app.command(
           "count", "counts",
           +[](cli::Context&, const Settings& settings) {
             return settings.number == 3 ? base::ExitCode::ok : base::ExitCode::check_failed;
           },
           s)
        .option("--number", s.number);
    app.command("fail", "fails", [](cli::Context&) { return base::ExitCode::records_failed; });
    return app.chosen();
  };
  CHECK(Run({"count", "--number", "3"}, with_commands).code == 0);
  CHECK(Run({"count"}, with_commands).code == 1);
  CHECK(Run({"fail"}, with_commands).code == 2);
  CHECK(Run({}, with_commands).code == 64);
  CHECK(Run({"fail", "--number", "3"}, with_commands).code == 64);
  CHECK(Run({"other"}, with_commands).code == 64);
}
