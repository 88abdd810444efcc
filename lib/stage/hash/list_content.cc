#include "stage/hash/list_content.h"

#include <optional>

#include "base/content_kind.h"
#include "base/error.h"
#include "digest/digest.h"
#include "json/json.h"
#include "stage/hash/file_walk.h"

namespace proviso::stage {

namespace {

digest::Wanted wanted_digests(const std::vector<std::string>& names) {
  digest::Wanted wanted{false, false, false, false};
  for (const std::string& name : names) {
    switch (digest::parse_type(name).value()) {
      case digest::Type::md5:
        wanted.md5 = true;
        break;
      case digest::Type::sha1:
        wanted.sha1 = true;
        break;
      case digest::Type::sha256:
        wanted.sha256 = true;
        break;
      case digest::Type::sha512:
        wanted.sha512 = true;
        break;
    }
  }
  return wanted;
}

}  // namespace

ContentWanted wanted_of(const ListContent& list) {
  if (list.format == HashFormat::sum && list.digests.size() != 1) {
    throw base::Error(base::ExitCode::usage, "--format sum takes one digest", "--digests",
                      "for example --digests sha256");
  }
  ContentWanted wanted;
  wanted.pin_containers = false;
  wanted.digests = wanted_digests(list.digests);
  const bool digests_alone = list.format == HashFormat::sum || list.format == HashFormat::hashdeep;
  if (digests_alone || !list.pdq) {
    wanted.decode_containers = false;
    return wanted;
  }
  wanted.decoded.pdq = true;
  wanted.decoded.frames = true;
  wanted.decoded.frame_interval_ms = static_cast<std::uint32_t>(list.frame_interval * 1000);
  wanted.decoded.dihedral = list.dihedral;
  wanted.decoded.unletterbox = list.unletterbox;
  wanted.decoded.leaves = {base::ContentKind::image, base::ContentKind::video};
  wanted.decoded.leaf_digests = wanted.digests;
  return wanted;
}

std::uint64_t count_files(const std::vector<std::filesystem::path>& named) {
  FileWalk walk(named, std::nullopt, false);
  std::uint64_t count = 0;
  while (walk.next()) ++count;
  return count;
}

std::string figures_line(const ndjson::StreamCounts& counts) {
  return json::canonical({{"tool", "hash"},
                          {"files", counts.records},
                          {"hashed", counts.passed},
                          {"errors", counts.errors},
                          {"bytes", counts.bytes}}) +
         "\n";
}

}  // namespace proviso::stage
