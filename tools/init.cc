// init: makes a workplace.  proviso-init(1)
#include <fmt/core.h>

#include "base/mode.h"
#include "cli/app.h"
#include "setup/workplace.h"

int main(int argc, char** argv) {
  using namespace proviso;
  return cli::run("init", argc, argv, [](cli::App& app) {
    auto& s = app.settings<setup::WorkplaceSettings>();
    auto& mode = app.settings<std::string>();
    mode = base::to_string(base::Mode::production);
    app.description(
        "Make a workplace in DIR: policy, keys, empty vault, ledger, DPIAs to fill in.");
    app.argument("DIR", s.directory, "a new or empty directory");
    app.option("--mode", mode, "production, or rehearsal").check(cli::one_of(base::kModes));
    app.option("--provider", s.provider, "the provider's name");
    app.option("--instrument", s.instrument, "the law: a built-in id or a file");
    app.option("--also", s.also, "a stricter text to comply with (repeatable)");
    return [&](cli::Context& context) {
      s.rehearsal = mode == base::to_string(base::Mode::rehearsal);
      context.set_clock_without_policy();
      setup::make_workplace(s);
      context.log().note(fmt::format("made {}; before the gate can open:", s.directory.string()));
      for (const std::string& line : setup::still_to_do(s)) context.log().note(line);
      return base::ExitCode::ok;
    };
  });
}
