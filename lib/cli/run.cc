#include <fmt/core.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <sstream>
#include <string>

#include "cli/app.h"
#include "cli/exit_code.h"
#include "cli/tools.h"
#include "ndjson/schema.h"

namespace proviso::cli {

namespace {

int number_of(base::ExitCode code) { return static_cast<int>(code); }

// What must be known before options are parsed: --version and --schema answer whatever else is
// given, and the message about a wrong option follows --log-format too.
struct EarlyOptions {
  bool version = false, verbose = false;
  std::optional<std::string> schema;
  LogFormat format = LogFormat::text;
};

EarlyOptions look_early(int argc, char** argv) {
  EarlyOptions early;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const std::string_view next = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--") break;
    if (word == "--version") early.version = true;
    if (word == "-v") early.verbose = true;
    if (word == "--schema") early.schema = next;
    if (word.rfind("--schema=", 0) == 0) early.schema = word.substr(9);
    if (word == "--log-format=json" || (word == "--log-format" && next == "json"))
      early.format = LogFormat::json;
  }
  return early;
}

void add_common_options(CLI::App& app, Common& common, EarlyOptions& early, bool has_schema) {
  const std::string group = "Common options";
  app.add_option("--policy", common.policy,
                 "Policy file (else $PROVISO_POLICY and the usual places)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--now", common.now, "Clock of a rehearsal, RFC 3339 (else $PROVISO_NOW)")
      ->type_name("INSTANT")
      ->group(group);
  app.add_option("--stats", common.stats, "Write one JSON object of counts and rates")
      ->type_name("FILE")
      ->group(group);
  app.add_flag("--quiet", common.quiet, "No notes and no line of counts on standard error")
      ->group(group);
  app.add_flag("--progress,!--no-progress", common.progress,
               "Show progress on standard error, or never (default: on a terminal)")
      ->group(group);
  app.add_option("--log-format", common.log_format, "Words on standard error as text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT")
      ->group(group);
  if (has_schema) {
    app.add_option("--schema", "Print the JSON Schema of the records read (in) or written (out)")
        ->check(CLI::IsMember({"in", "out"}))
        ->type_name("in|out")
        ->group(group);
  }
  app.add_flag("--version", early.version,
               "Print the version; with -v how it was built and what it uses")
      ->group(group);
  app.add_flag("-v", early.verbose, "With --version: details")->group(group);
}

int print(std::string_view text) {
  print_whole(text);
  return number_of(base::ExitCode::ok);
}

int print_schema(const App& tool, const std::string& side) {
  const std::string& name = side == "in" ? tool.schema_in() : tool.schema_out();
  const auto text = ndjson::schema(name);
  if ((side != "in" && side != "out") || !text) {
    throw base::Error(base::ExitCode::usage,
                      fmt::format("no schema '{}', expected in or out", side), "--schema");
  }
  return print(*text);
}

int parse_and_act(std::string_view tool, int argc, char** argv,
                  const std::function<Action(App&)>& set_up, Log& log) {
  EarlyOptions early = look_early(argc, argv);
  log.format = early.format;

  CLI::App parser{std::string(summary_of(tool)), fmt::format("proviso {}", tool)};
  parser.fallthrough();  // common options may come before or after a subcommand
  parser.set_help_flag("-h,--help", "Print this help; the manual says more")
      ->group("Common options");
  Common common;
  App app(parser);
  const Action work = set_up(app);
  const bool has_schema = !app.schema_in().empty() || !app.schema_out().empty();
  add_common_options(parser, common, early, has_schema);

  if (early.version) {
    std::string text = version_text(fmt::format("proviso-{}", tool), early.verbose);
    if (early.verbose) {
      text += app.version_details();
      if (text.back() != '\n') text += '\n';
    }
    return print(text);
  }
  if (early.schema && has_schema) return print_schema(app, *early.schema);

  try {
    parser.parse(argc, argv);
  } catch (const CLI::Success& answer) {
    std::ostringstream text;
    parser.exit(answer, text, text);
    return print(text.str());
  } catch (const CLI::ParseError& error) {
    std::string what = error.what();
    for (char& c : what) {
      if (c == '\n') c = ' ';
    }
    log.error(what, {}, "usage");
    log.hint(fmt::format("see 'proviso {} --help'", tool));
    return number_of(base::ExitCode::usage);
  }
  log.quiet = common.quiet;
  Context context(log, std::move(common));
  const base::ExitCode code = work(context);
  context.flush();
  context.keep_checkpoint();
  return number_of(code);
}

}  // namespace

int run(std::string_view tool, int argc, char** argv, const std::function<Action(App&)>& set_up) {
  signal(SIGPIPE, SIG_IGN);  // a reader that goes away is seen as EPIPE and ends a stream quietly
  Log log;
  log.tool = tool;
  return exit_code_of(log, [&] { return parse_and_act(tool, argc, argv, set_up, log); });
}

}  // namespace proviso::cli
