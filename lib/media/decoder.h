// Decoding in a separate, confined process: libexec/proviso/decode-worker. See README.md for who runs with which right.
//
// A Decoder owns one worker process, started at its first use, reused, replaced when it dies. It is fed the open file
// descriptor (never a name) over a socket pair and answers with hashes; pixels stay in the worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/content_kind.h"
#include "base/error.h"
#include "pdq/pdq_hash.h"

namespace proviso::media {

struct Limits {
  std::uint64_t max_bytes = 256ull << 20;      // of the file
  std::uint64_t max_pixels = 100'000'000;      // width*height, checked before allocation
  std::uint64_t memory_bytes = 1ull << 30;     // address space of the worker
  std::chrono::milliseconds deadline{20'000};  // per item
};

struct Decoded {
  pdq::Result pdq;
  int width = 0, height = 0;
  std::string by;             // decoder and version: "libjpeg-turbo 2.1.5", "spng 0.7.3"
};

struct Preview {
  std::string png;            // greyscale, blurred, at most 96 pixels a side
};

class Decoder {
 public:
  explicit Decoder(Limits = {}, std::filesystem::path worker = {});   // empty: beside this executable ($exec-path/decode-worker)
  ~Decoder();
  Decoder(Decoder&&) noexcept;

  // Item errors: decode_failed, too_large, unsupported, timeout (retryable), crashed. `fd` is read from offset 0.
  base::Result<Decoded> hash_image(int fd);
  base::Result<Preview> preview(int fd);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The worker's main: confines itself to that much address space, then serves requests on descriptor 3 until it is closed.
int worker_main(std::uint64_t memory_bytes);
// What the kernel lets the worker be confined by, for --version -v: "seccomp, landlock abi 3".
std::string confinement();

}  // namespace proviso::media
