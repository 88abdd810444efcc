// A tool that runs inside the test's own process.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "base/instant.h"
#include "cli/app.h"

namespace proviso::cli_test {

namespace fs = std::filesystem;

// Runs a tool made of `set_up` with standard output and error in files; `standard_output` may name
// another place.
class Run {
 public:
  Run(std::vector<std::string> arguments, const std::function<cli::Action(cli::App&)>& set_up,
      const fs::path& standard_output = "out") {
    std::string name = (fs::temp_directory_path() / "proviso-cli-XXXXXX").native();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory_ = name;
    arguments.insert(arguments.begin(), "tool");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    {
      const Redirect out(1, directory_ / standard_output), error(2, directory_ / "error");
      code = cli::run("hash", static_cast<int>(argv.size()) - 1, argv.data(), set_up);
    }
    if (standard_output == "out") output = read("out");
    words = read("error");
    base::set_clock(std::nullopt);
  }
  ~Run() { fs::remove_all(directory_); }
  int code = -1;
  std::string output, words;

 private:
  struct Redirect {
    Redirect(int which, const fs::path& file) : fd(which), kept(dup(which)) {
      const int to = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(to, fd);
      close(to);
    }
    ~Redirect() {
      dup2(kept, fd);
      close(kept);
    }
    int fd, kept;
  };
  std::string read(const char* name) {
    std::ifstream in(directory_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path directory_;
};

}  // namespace proviso::cli_test
