// init: makes a workplace.  proviso-init(1)
#include <fmt/format.h>

#include "cli/app.h"
#include "setup/workplace.h"

int main(int argc, char** argv) {
  using namespace proviso;
  return cli::run("init", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<setup::WorkplaceSettings>();
    auto mode = std::make_shared<std::string>("production");
    setup.app.description(
        "Make a workplace in DIR: policy, keys, empty vault, ledger, DPIAs to fill in.");
    setup.app.add_option("DIR", settings->directory, "a new or empty directory")->required();
    setup.app.add_option("--mode", *mode, "production, or rehearsal")
        ->check(CLI::IsMember({"production", "rehearsal"}));
    setup.app.add_option("--provider", settings->provider, "the provider's name");
    setup.app.add_option("--instrument", settings->instrument, "the law: a built-in id or a file");
    setup.app.add_option("--also", settings->also, "a stricter text to live by (repeatable)");
    setup.action = [=](cli::Context& context) {
      settings->rehearsal = *mode == "rehearsal";
      context.set_clock_without_policy();
      setup::make_workplace(*settings);
      context.log().note(
          fmt::format("made {}; before the gate can open:", settings->directory.string()));
      for (const std::string& line : setup::still_to_do(*settings)) context.log().note(line);
      return base::ExitCode::ok;
    };
  });
}
