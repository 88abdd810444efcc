#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <type_traits>

namespace proviso::cli {

namespace {

// CLI::Range lets "nan" through.
std::string not_a_number(const std::string& text) {
  return std::isnan(std::strtod(text.c_str(), nullptr)) ? "a number was expected, not " + text
                                                        : std::string();
}

}  // namespace

Check one_of(std::vector<std::string> words) {
  return [words = std::move(words)](CLI::Option& option) { option.check(CLI::IsMember(words)); };
}

template <class T>
Check range(T least, T most) {
  return [least, most](CLI::Option& option) {
    option.check(CLI::Range(least, most));
    if (std::is_floating_point_v<T>) option.check(not_a_number);
  };
}
template Check range(int, int);
template Check range(unsigned, unsigned);
template Check range(std::uint64_t, std::uint64_t);
template Check range(double, double);

Check positive() {
  return [](CLI::Option& option) { option.check(CLI::PositiveNumber); };
}

Check holds(std::function<std::string(const std::string&)> wrong) {
  return [wrong = std::move(wrong)](CLI::Option& option) { option.check(wrong); };
}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::check(const Check& check) {
  check(*option_);
  return *this;
}

void Option::add_need(const Option& other) { option_->needs(other.option_); }

void Option::add_exclusion(const Option& other) { option_->excludes(other.option_); }

Option& Option::type_name(std::string name) {
  option_->type_name(std::move(name));
  return *this;
}

Option& Option::delimiter(char between) {
  option_->delimiter(between);
  return *this;
}

Option& Option::one_value_each() {
  option_->allow_extra_args(false);
  return *this;
}

Option& Option::expected(int values) {
  option_->expected(values);
  return *this;
}

bool Option::given() const { return option_->count() != 0; }

std::string Option::name() const { return option_->get_name(); }

template <class T>
Option Command::option(const std::string& name, T& into, const std::string& help) {
  return Option(*app_->add_option(name, into, help));
}
template Option Command::option(const std::string&, std::string&, const std::string&);
template Option Command::option(const std::string&, std::filesystem::path&, const std::string&);
template Option Command::option(const std::string&, int&, const std::string&);
template Option Command::option(const std::string&, unsigned&, const std::string&);
template Option Command::option(const std::string&, std::uint64_t&, const std::string&);
template Option Command::option(const std::string&, double&, const std::string&);
template Option Command::option(const std::string&, std::optional<std::string>&,
                                const std::string&);
template Option Command::option(const std::string&, std::optional<std::filesystem::path>&,
                                const std::string&);
template Option Command::option(const std::string&, std::optional<double>&, const std::string&);
template Option Command::option(const std::string&, std::vector<std::string>&, const std::string&);

Option Command::flag(const std::string& name, bool& into, const std::string& help) {
  return Option(*app_->add_flag(name, into, help));
}

void App::description(const std::string& text) { app_->description(text); }

Command App::command(const std::string& name, const std::string& help, Action action) {
  CLI::App* const made = app_->add_subcommand(name, help);
  commands_.emplace_back(made, std::move(action));
  return Command(*made);
}

Action App::chosen() {
  app_->require_subcommand(1);
  return [this](Context& context) {
    for (const auto& [command, action] : commands_) {
      if (command->parsed()) return action(context);
    }
    return base::ExitCode::usage;
  };
}

}  // namespace proviso::cli
