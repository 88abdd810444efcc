// The work of `hash`: on the stream's items, or on files for making lists.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/context.h"
#include "media/findings.h"
#include "stage/hash/list_content.h"

namespace proviso::hash_tool {

struct Settings {
  std::vector<std::string> files;
  std::optional<std::string> files_from;
  bool nul = false, no_pdq = false;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  media::Limits limits;
  std::string format = "ndjson";
  stage::ListContent list;
};

base::ExitCode hash_stream(cli::Context&, const Settings&);
base::ExitCode hash_list(cli::Context&, const Settings&);

}  // namespace proviso::hash_tool
