#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/tools.h"
#include "json/json.h"
#include "tool_run.h"

using namespace proviso;
using cli_test::Run;
namespace fs = std::filesystem;

namespace {

std::function<cli::Action(cli::App&)> acting(cli::Action action) {
  return [action](cli::App& app) {
    app.schemas("scope", "hash");
    app.version_details([] { return "kernel: none"; });
    return action;
  };
}

const auto kOk = acting([](cli::Context&) { return base::ExitCode::ok; });

}  // namespace

TEST_CASE("the action's exit code is the tool's") {
  CHECK(Run({}, kOk).code == 0);
  CHECK(Run({}, acting([](cli::Context&) { return base::ExitCode::records_failed; })).code == 2);
}

TEST_CASE("--version prints the version, with -v the details") {
  const Run plain({"--version"}, kOk);
  CHECK(plain.code == 0);
  CHECK(plain.output == std::string("proviso-hash ") + PROVISO_VERSION + "\n");
  const Run verbose({"--version", "-v"}, kOk);
  CHECK(verbose.output.find("compiler: ") != std::string::npos);
  CHECK(verbose.output.find("kernel: none\n") != std::string::npos);
}

TEST_CASE("--help goes to standard output and names the common options") {
  const Run run({"--help"}, kOk);
  CHECK(run.code == 0);
  for (const char* option : {"--policy", "--now", "--stats", "--quiet", "--no-progress",
                             "--log-format", "--schema", "--version"}) {
    CAPTURE(option);
    CHECK(run.output.find(option) != std::string::npos);
  }
  CHECK(run.words.empty());
}

TEST_CASE("--schema prints the schema of what is read or written") {
  CHECK(Run({"--schema", "in"}, kOk).output.find("schema/scope.json") != std::string::npos);
  CHECK(Run({"--schema=out"}, kOk).output.find("schema/hash.json") != std::string::npos);
  CHECK(Run({"--schema", "sideways"}, kOk).code == 64);
}

TEST_CASE("wrong options are exit 64, with an error and a hint") {
  const Run run({"--no-such-option"}, kOk);
  CHECK(run.code == 64);
  CHECK(run.output.empty());
  CHECK(run.words.find("proviso-hash: error: ") == 0);
  CHECK(run.words.find("no-such-option") != std::string::npos);
  CHECK(run.words.find("proviso-hash: hint: see 'proviso hash --help'\n") != std::string::npos);
  CHECK(Run({"--log-format", "xml"}, kOk).code == 64);
}

TEST_CASE("an Error is printed with every place and its hint, and gives its code") {
  const auto failing = acting([](cli::Context&) -> base::ExitCode {
    throw base::Error(base::ExitCode::config,
                      {{"policy.yaml:1:2", "unknown key"}, {"policy.yaml:3:4", "wrong type"}},
                      "see the manual");
  });
  const Run run({}, failing);
  CHECK(run.code == 78);
  CHECK(run.words ==
        "proviso-hash: error: policy.yaml:1:2: unknown key\nproviso-hash: error: policy.yaml:3:4: "
        "wrong type\n"
        "proviso-hash: hint: see the manual\n");
}

TEST_CASE("with --log-format json each word is an object a line") {
  const auto failing = acting([](cli::Context& context) -> base::ExitCode {
    context.log().note("so it is");
    throw base::Error(base::ExitCode::io, "disk \"full\"", "x");
  });
  const Run run({"--log-format", "json"}, failing);
  CHECK(run.words ==
        "{\"tool\":\"hash\",\"level\":\"note\",\"message\":\"so it is\"}\n"
        "{\"tool\":\"hash\",\"level\":\"error\",\"code\":\"io\",\"where\":\"x\",\"message\":\"disk "
        "\\\"full\\\"\"}\n");
  CHECK(Run({"--log-format=json", "--wrong"}, kOk).words.rfind("{\"tool\"", 0) == 0);
}

TEST_CASE("--quiet silences notes and the line of counts, never errors") {
  const auto speaking = acting([](cli::Context& context) {
    context.log().note("note");
    context.log().summary("counts");
    context.log().error("error");
    return base::ExitCode::ok;
  });
  CHECK(Run({"--quiet"}, speaking).words == "proviso-hash: error: error\n");
}

TEST_CASE("no control character of a name reaches the terminal") {
  const auto speaking = acting([](cli::Context& context) {
    context.log().error("a\x1b[31mb\nc");
    return base::ExitCode::ok;
  });
  CHECK(Run({}, speaking).words == "proviso-hash: error: a?[31mb?c\n");
}

TEST_CASE("anything unforeseen is exit 70") {
  CHECK(Run({}, acting([](cli::Context&) -> base::ExitCode { throw std::out_of_range("bug"); }))
            .code == 70);
}

TEST_CASE("--now sets the clock, and no other text is an instant") {
  base::Instant seen;
  const auto looking = acting([&](cli::Context& context) {
    context.set_clock_without_policy();
    seen = base::now();
    return base::ExitCode::ok;
  });
  CHECK(Run({"--now", "2026-11-24T10:00:00Z"}, looking).code == 0);
  CHECK(base::to_string(seen) == "2026-11-24T10:00:00Z");
  CHECK(Run({"--now", "noon"}, looking).code == 64);
}

TEST_CASE("common options may follow a subcommand") {
  bool quiet = false;
  const Run run({"list", "--quiet"}, [&](cli::App& app) {
    app.command("list", "lists", [&](cli::Context& context) {
      quiet = context.common().quiet;
      return base::ExitCode::ok;
    });
    return app.chosen();
  });
  CHECK(run.code == 0);
  CHECK(quiet);
}

TEST_CASE("--stats writes one object of counts") {
  std::string name = (fs::temp_directory_path() / "proviso-cli-stats-XXXXXX").native();
  const int fd = mkstemp(name.data());
  REQUIRE(fd >= 0);
  close(fd);
  const auto writing = acting([](cli::Context& context) {
    context.write_stats("{\"tool\":\"hash\",\"lines\":3}\n");
    return base::ExitCode::ok;
  });
  CHECK(Run({"--stats", name}, writing).code == 0);
  std::ifstream in(name);
  std::string line;
  std::getline(in, line);
  CHECK(json::parse(line, "stats").at("lines") == 3);
  fs::remove(name);
}

TEST_CASE("a mistyped tool finds its neighbour, a stranger none") {
  CHECK(cli::nearest_tool("hsah") == "hash");
  CHECK(cli::nearest_tool("scope") == "scope-check");
  CHECK(cli::nearest_tool("dpia") == "dpia-check");
  CHECK(cli::nearest_tool("purg") == "purge");
  CHECK_FALSE(cli::nearest_tool("frobnicate"));
  CHECK_FALSE(cli::nearest_tool(std::string(5000, 'a')));
  CHECK(cli::summary_of("retain").size() > 10);
}
