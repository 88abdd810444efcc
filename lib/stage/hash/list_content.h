// What `hash FILE...` computes of each file, for making lists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ndjson/stream.h"
#include "stage/hash/content_hash.h"
#include "stage/hash/hash_formats.h"

namespace proviso::stage {

struct ListContent {
  HashFormat format = HashFormat::ndjson;
  std::vector<std::string> digests{"md5", "sha1", "sha256"};  // names that digest::parse_type() has
  bool pdq = true;            // false: digests alone, nothing is decoded
  bool dihedral = false;      // PDQ of the picture turned and mirrored as well
  bool unletterbox = false;   // PDQ without flat borders as well
  double frame_interval = 1;  // seconds between sampled frames of a video; 0: every frame
};

// Forms that have digests alone decode nothing. Error(usage) for form sum with another number of
// digests than one.
ContentWanted wanted_of(const ListContent&);

// How many files a walk over these names gives, for the time that is left.
std::uint64_t count_files(const std::vector<std::filesystem::path>& named);

// One line of JSON for --stats.
std::string figures_line(const ndjson::StreamCounts&);

}  // namespace proviso::stage
