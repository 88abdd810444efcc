// Writes the data of the index block by block, and keeps the digest of each block.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "index/layout.h"

namespace proviso::index {

class DataWriter {
 public:
  DataWriter(base::PendingFile& file, std::uint64_t data_offset)
      : file_(file), data_offset_(data_offset) {}
  void append(std::span<const std::byte>);
  void align();  // zeros up to a multiple of kAlign
  std::uint64_t size() const { return written_ + block_.size(); }
  const std::string& finish();  // writes the last block; the digests, 32 bytes per block

 private:
  void write_block(std::span<const std::byte>);
  base::PendingFile& file_;
  std::uint64_t data_offset_;
  std::uint64_t written_ = 0;
  std::vector<std::byte> block_;  // begun, not yet full
  std::string digests_;
};

}  // namespace proviso::index
