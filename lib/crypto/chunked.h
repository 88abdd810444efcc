// AES-256-GCM in chunks: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), with a
// random key for each file. An object is used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace proviso::crypto {

constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;  // plain bytes per chunk
constexpr std::size_t kChunkTagBytes = 16;
constexpr std::size_t kFileKeyBytes = 32;

// Seals the chunks of a file in order. The nonce of chunk i is 7 zero bytes || 32-bit big-endian i
// || last-chunk flag (1 byte). `context` is the associated data of each chunk. An empty file is one
// empty last chunk. At most 2^32-1 chunks.
class ChunkSealer {
 public:
  ChunkSealer(const base::SecretBytes& key, std::string_view context);
  ~ChunkSealer();
  // `plain` must have kChunkBytes bytes unless `last`. Appends plain.size() + kChunkTagBytes bytes
  // to `out`.
  void seal(std::span<const std::byte> plain, bool last, base::Bytes& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Opens the chunks of a file in order.
class ChunkOpener {
 public:
  ChunkOpener(const base::SecretBytes& key, std::string_view context);
  ~ChunkOpener();
  // Appends the plain bytes to `out`. Throws base::Error(data) if a chunk was changed or moved, or
  // if the file was cut.
  void open(std::span<const std::byte> sealed, bool last, base::Bytes& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proviso::crypto
