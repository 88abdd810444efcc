// `hash FILE...`: one line a file, for making lists. Needs no policy; refuses files in a provider's
// spool.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "media/decoder.h"
#include "ndjson/stream.h"
#include "stage/hash/content_hash.h"
#include "stage/hash/file_walk.h"
#include "stage/hash/hash_formats.h"

namespace proviso::stage {

struct FileHashSettings {
  std::optional<std::filesystem::path> spool;  // of the policy, when there is one
  ContentWanted wanted;
  HashFormat format = HashFormat::ndjson;
  unsigned jobs = 1;
  media::Limits limits;
  // A file that failed, or of which a leaf could not be read; in the order of the files.
  std::function<void(const std::filesystem::path&, const base::ItemError&)> on_error =
      [](const auto&, const auto&) {};
  std::function<void(std::uint64_t files)> on_progress = [](std::uint64_t) {};
};

// Writes to `output` in the order of the walk. Exit code 2 if a file failed; the others are still
// hashed.
base::ExitCode hash_files(FileWalk&, const FileHashSettings&, int output, ndjson::StreamCounts&);

}  // namespace proviso::stage
