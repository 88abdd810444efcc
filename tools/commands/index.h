// The commands of `index`: each does what its options ask, and gives the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "index/entry_sorter.h"
#include "index/index.h"
#include "policy/method.h"

namespace proviso::index_tool {

// The options of all commands.
struct Settings {
  std::optional<std::string> output, sign_key, file, key, id;
  std::string list;  // of withdraw
  std::vector<std::string> lists, files, columns;
  std::uint64_t memory_mib = index::kDefaultSortBytes >> 20;
  bool strict = false, unchecked = false, entries = false, across = false, no_ledger = false;
  std::string hash, type, form = "ndjson";
  int distance = policy::kDefaultDistance;
};

base::ExitCode build(cli::Context&, const Settings&);
base::ExitCode info(cli::Context&, const Settings&);
base::ExitCode verify(cli::Context&, const Settings&);
base::ExitCode query(cli::Context&, const Settings&);
base::ExitCode diff(cli::Context&, const Settings&);
base::ExitCode export_lists(cli::Context&, const Settings&);
base::ExitCode merge(cli::Context&, const Settings&);
base::ExitCode neighbours(cli::Context&, const Settings&);
base::ExitCode check(cli::Context&, const Settings&);
base::ExitCode withdraw(cli::Context&, const Settings&);

}  // namespace proviso::index_tool
