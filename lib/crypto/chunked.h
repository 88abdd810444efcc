// AES-256-GCM in chunks: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), one
// random key a file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace proviso::crypto {

constexpr std::size_t kChunkBytes = 64 * 1024;  // plain bytes a chunk
constexpr std::size_t kChunkTagBytes = 16;
constexpr std::size_t kFileKeyBytes = 32;

// Nonce of chunk i: 7 zero bytes || 32-bit big-endian i || last-chunk flag (1 byte). Associated
// data: `context` of every chunk. An empty file is one empty last chunk. At most 2^32-1 chunks.
class ChunkSealer {
 public:
  ChunkSealer(const base::SecretBytes& key, std::string_view context);
  ~ChunkSealer();
  // `plain` is kChunkBytes long unless `last`. Appends plain.size()+16 bytes to out.
  void seal(std::span<const std::byte> plain, bool last, base::Bytes& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class ChunkOpener {
 public:
  ChunkOpener(const base::SecretBytes& key, std::string_view context);
  ~ChunkOpener();
  // Throws base::Error(data) when a chunk was changed, moved, or the file was cut.
  void open(std::span<const std::byte> sealed, bool last, base::Bytes& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proviso::crypto
