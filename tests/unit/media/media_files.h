// The files of tests/data/media, and the worker that reads them.
#pragma once

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/file.h"
#include "media/decoder.h"

namespace proviso {

inline const std::filesystem::path kFolder = std::filesystem::path(PROVISO_TEST_DATA) / "media";

inline media::Wanted everything() {
  media::Wanted wanted;
  wanted.leaves = {base::ContentKind::image, base::ContentKind::video};
  wanted.leaf_digests = {true, true, true, true};
  wanted.pdq = wanted.frames = true;
  return wanted;
}

inline std::string bytes_of(const std::string& name) {
  std::ifstream in(kFolder / name, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline base::Result<media::Findings> examine(media::Decoder& decoder, const std::string& bytes,
                                             const media::Wanted& wanted = everything()) {
  const base::UniqueFd fd(::memfd_create("test", MFD_CLOEXEC));
  base::write_all(fd.get(), bytes, "memfd");
  // The longer deadline: sanitized decoders are slow.
  decoder.begin(fd.get(), base::ContentKind::video, wanted);
  return decoder.finish();
}

inline media::Decoder& decoder() {
  static media::Decoder instance({}, PROVISO_EXEC_DIR "/decode-worker");
  return instance;
}

}  // namespace proviso
