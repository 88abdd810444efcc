// Decoding in a separate, confined process: libexec/proviso/decode-worker. README.md says who runs
// with which rights.
//
// A Decoder owns one worker process, started at its first use, reused, replaced when it dies. It is
// fed the open file descriptor (never a name) over a socket pair and answers with hashes; pixels,
// names and text stay in the worker.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/content_kind.h"
#include "base/error.h"
#include "media/findings.h"

namespace proviso::media {

struct Preview {
  std::string png;  // greyscale, blurred, at most 96 pixels a side
};

class Decoder {
 public:
  explicit Decoder(Limits = {},
                   std::filesystem::path worker =
                       {});  // empty: beside this executable ($exec-path/decode-worker)
  ~Decoder();
  Decoder(Decoder&&) noexcept;

  // Starts the worker before the first file, so that it is ready earlier.
  void start();

  // Looks into a file in two steps, so that the caller can work on it meanwhile. finish() must be
  // called before the next begin(). Item errors: decode_failed, too_large, unsupported, locked,
  // timeout (retryable), crashed. `fd` is read from offset 0. `kind` only sets the deadline: the
  // worker detects kinds itself. Error if no worker can be started or confined: the run ends.
  void begin(int fd, base::ContentKind kind, const Wanted&);
  base::Result<Findings> finish();

  base::Result<Preview> preview(int fd, base::ContentKind kind);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What the kernel lets the worker be confined by, for --version -v: "seccomp, landlock abi 3".
std::string confinement();

}  // namespace proviso::media
