// Options of a tool: each is bound to a plain member that the tool's settings own. The parser and
// its headers stay behind this face.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace proviso::cli {

class Context;

// The work of a tool or of one of its commands; gives the exit code.
using Action = std::function<base::ExitCode(Context&)>;

// A condition on the text of an option; help shows it. Refused texts are usage errors (64).
using Check = std::function<void(CLI::Option&)>;
Check one_of(std::vector<std::string> words);
// The words of a table, in its order (base/words.h).
template <class Row, std::size_t N>
Check one_of(const std::array<Row, N>& table) {
  std::vector<std::string> words;
  words.reserve(N);
  for (const Row& row : table) words.emplace_back(row.word);
  return one_of(std::move(words));
}
// Both ends included. T: int, unsigned, std::uint64_t or double; "nan" is in no range.
template <class T>
Check range(T least, T most);
Check positive();
// `wrong` gives what is wrong with the text, or nothing.
Check holds(std::function<std::string(const std::string&)> wrong);

// One option, flag or positional; valid as long as its App.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option& required();
  Option& check(const Check&);
  // Wrong without all of the others; wrong beside one of them.
  template <class... Others>
  Option& needs(const Option& other, const Others&... more) {
    add_need(other);
    (add_need(more), ...);
    return *this;
  }
  template <class... Others>
  Option& excludes(const Option& other, const Others&... more) {
    add_exclusion(other);
    (add_exclusion(more), ...);
    return *this;
  }
  Option& type_name(std::string);  // what help shows for its value
  Option& delimiter(char);         // one text holds several values
  Option& one_value_each();        // repeatable, and each takes one value
  Option& expected(int values);    // exactly so many
  bool given() const;              // on the command line; after parsing
  std::string name() const;

 private:
  void add_need(const Option&);
  void add_exclusion(const Option&);
  CLI::Option* option_;
};

// What takes options: a tool, or one of its commands.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  // "--name" or, without dashes, a positional. T: std::string, std::filesystem::path, int,
  // unsigned, std::uint64_t, double, std::optional of string, path and double,
  // std::vector<std::string>.
  template <class T>
  Option option(const std::string& name, T& into, const std::string& help = {});
  // A positional that must be there.
  template <class T>
  Option argument(const std::string& name, T& into, const std::string& help = {}) {
    return option(name, into, help).required();
  }
  Option flag(const std::string& name, bool& into, const std::string& help = {});

 protected:
  CLI::App* app_;
};

// A tool's command line.
class App : public Command {
 public:
  explicit App(CLI::App& app) : Command(app) {}
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Settings that live until the action is done.
  template <class T>
  T& settings() {
    auto made = std::make_shared<T>();
    settings_.push_back(made);
    return *made;
  }

  void description(const std::string& text);
  // A word that chooses the work: "proviso TOOL NAME". A tool with commands returns chosen().
  Command command(const std::string& name, const std::string& help, Action);
  template <class Settings>
  Command command(const std::string& name, const std::string& help,
                  base::ExitCode (*work)(Context&, const Settings&), const Settings& settings) {
    return command(name, help,
                   [work, &settings](Context& context) { return work(context, settings); });
  }
  Action chosen();

  // What --schema in|out prints: names of files in lib/ndjson/schema/ without ".json". Without this
  // there is no --schema.
  void schemas(std::string in, std::string out) {
    schema_in_ = std::move(in);
    schema_out_ = std::move(out);
  }
  // Lines more for --version -v.
  void version_details(std::function<std::string()> lines) { version_details_ = std::move(lines); }

  const std::string& schema_in() const { return schema_in_; }
  const std::string& schema_out() const { return schema_out_; }
  std::string version_details() const { return version_details_ ? version_details_() : ""; }

 private:
  std::vector<std::shared_ptr<void>> settings_;
  std::vector<std::pair<CLI::App*, Action>> commands_;
  std::string schema_in_, schema_out_;
  std::function<std::string()> version_details_;
};

}  // namespace proviso::cli
