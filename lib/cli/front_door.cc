#include "cli/front_door.h"

#include <fmt/core.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/exit_code.h"
#include "cli/log.h"
#include "cli/output.h"
#include "cli/tools.h"

namespace proviso::cli {

namespace {

namespace fs = std::filesystem;

fs::path program_directory() {
  char name[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", name, sizeof name);
  if (size <= 0 || static_cast<std::size_t>(size) >= sizeof name) return {};
  return fs::path(std::string(name, static_cast<std::size_t>(size))).parent_path();
}

bool is_executable(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(path, none) && access(path.c_str(), X_OK) == 0;
}

std::string help_text() {
  std::string text =
      "proviso: scanning for child sexual abuse material within the conditions of the law\n\n"
      "usage: proviso TOOL [OPTION...]\n"
      "       proviso help [TOOL]\n"
      "       proviso --version [-v] | --exec-path | --help\n\n"
      "tools:\n";
  for (const ToolLine& line : tools())
    text += fmt::format("  {:<12} {}\n", line.name, line.summary);
  text +=
      "\n'proviso help TOOL' opens the manual of a tool, 'proviso TOOL --help' lists its options\n";
  return text;
}

// Where pages lie: beside an installed program, else in the sources that a build tree was made
// from.
std::optional<fs::path> find_page(const std::string& page) {
  const fs::path prefix = program_directory().parent_path();
  std::error_code none;
  for (const char* suffix : {"", ".gz"}) {
    const fs::path installed = prefix / "share" / "man" / "man1" / (page + ".1" + suffix);
    if (fs::is_regular_file(installed, none)) return installed;
  }
  std::ifstream cache(prefix / "CMakeCache.txt");
  const std::string key = "CMAKE_HOME_DIRECTORY:INTERNAL=";
  for (std::string line; std::getline(cache, line);) {
    if (line.rfind(key, 0) != 0) continue;
    const fs::path source = fs::path(line.substr(key.size())) / "man" / (page + ".1");
    if (fs::is_regular_file(source, none)) return source;
  }
  return std::nullopt;
}

int fail(const Log& log, std::string_view what, std::string_view hint, base::ExitCode code) {
  log.error(what);
  if (!hint.empty()) log.hint(hint);
  return static_cast<int>(code);
}

int unknown_tool(const Log& log, std::string_view word) {
  const auto meant = nearest_tool(word);
  return fail(log, fmt::format("no tool '{}'", word),
              meant ? fmt::format("did you mean 'proviso {}'?", *meant)
                    : std::string("'proviso --help' lists the tools"),
              base::ExitCode::usage);
}

int print(std::string_view text) {
  signal(SIGPIPE, SIG_IGN);  // a reader that went away is seen as EPIPE; tools and man keep theirs
  print_whole(text);
  return static_cast<int>(base::ExitCode::ok);
}

int help(const Log& log, int argc, char** argv) {
  if (argc < 3) return print(help_text());
  const std::string word = argv[2];
  if (word != "proviso" && summary_of(word).empty()) return unknown_tool(log, word);
  const std::string page = word == "proviso" ? word : "proviso-" + word;
  const auto file = find_page(page);
  const std::string name = file ? file->native() : page;
  execlp("man", "man", name.c_str(), static_cast<char*>(nullptr));
  const std::string where = file ? fmt::format("the page is {}", name) : std::string();
  return fail(log, "cannot run man", where, base::ExitCode::unavailable);
}

}  // namespace

std::string exec_path() {
  const fs::path beside = program_directory().parent_path() / "libexec" / "proviso";
  std::error_code none;
  if (fs::is_directory(beside, none)) return beside.native();
  const char* environment = std::getenv("PROVISO_EXEC_PATH");
  return environment != nullptr && *environment != '\0' ? environment : beside.native();
}

namespace {

// Answers, or becomes the tool that is named.
int answer(const Log& log, int argc, char** argv) {
  if (argc < 2) {
    print(help_text());
    return static_cast<int>(base::ExitCode::usage);
  }
  const std::string word = argv[1];
  if (word == "--help" || word == "-h") return print(help_text());
  if (word == "--version")
    return print(version_text("proviso", argc > 2 && std::string_view(argv[2]) == "-v"));
  if (word == "--exec-path") return print(exec_path() + "\n");
  if (word == "help") return help(log, argc, argv);
  if (word.empty() || word[0] == '-' || word.find('/') != std::string::npos)
    return unknown_tool(log, word);
  const fs::path program = fs::path(exec_path()) / word;
  // A tool that is in the folder and not in the table (decode-worker) may be called too, as git
  // does it.
  if (!is_executable(program)) {
    if (summary_of(word).empty()) return unknown_tool(log, word);
    return fail(log, fmt::format("tool '{}' is not installed in {}", word, exec_path()),
                "set PROVISO_EXEC_PATH to the directory of the tools", base::ExitCode::unavailable);
  }
  std::vector<char*> arguments(argv + 1, argv + argc);
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  return fail(log, fmt::format("cannot run {}", program.native()), {}, base::ExitCode::unavailable);
}

}  // namespace

int front_door(int argc, char** argv) {
  const Log log;
  return exit_code_of(log, [&] { return answer(log, argc, argv); });
}

}  // namespace proviso::cli
