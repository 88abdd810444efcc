// `hash FILE...`: one NDJSON line a file, for making lists. Needs no policy; refuses what lies in a provider's spool.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "media/decoder.h"
#include "ndjson/stream.h"

namespace proviso::stage {

struct FileHashSettings {
  std::vector<std::filesystem::path> files;                 // directories are walked, in name order
  std::optional<std::filesystem::path> spool;               // of the policy, when there is one
  unsigned jobs = 1;
  media::Limits limits;
};

// Writes to descriptor 1 in the order of `files`. A file that fails gives {"path","error":{...}} and exit code 2.
base::ExitCode hash_files(const FileHashSettings&, int output, ndjson::StreamCounts&);

// Paths of a list file ("-": standard input), one a line, or NUL terminated.
std::vector<std::filesystem::path> read_path_list(const std::string& file, bool nul_terminated);

}  // namespace proviso::stage
