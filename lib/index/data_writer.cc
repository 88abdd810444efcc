#include "index/data_writer.h"

#include <algorithm>

#include "crypto/random.h"

namespace proviso::index {

void DataWriter::write_block(std::span<const std::byte> block) {
  digests_ += base::as_text(crypto::sha256(block));
  file_.write_at(data_offset_ + written_, block);
  written_ += block.size();
}

void DataWriter::append(std::span<const std::byte> bytes) {
  if (!block_.empty()) {
    const std::size_t part = std::min<std::size_t>(kBlockBytes - block_.size(), bytes.size());
    block_.insert(block_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(part));
    bytes = bytes.subspan(part);
    if (block_.size() < kBlockBytes) return;
    write_block(block_);
    block_.clear();
  }
  while (bytes.size() >= kBlockBytes) {
    write_block(bytes.first(kBlockBytes));
    bytes = bytes.subspan(kBlockBytes);
  }
  block_.assign(bytes.begin(), bytes.end());
}

void DataWriter::align() {
  const std::vector<std::byte> zeros(aligned(size()) - size());
  append(zeros);
}

const std::string& DataWriter::finish() {
  if (!block_.empty()) write_block(block_);
  block_.clear();
  return digests_;
}

}  // namespace proviso::index
