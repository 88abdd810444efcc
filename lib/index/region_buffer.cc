#include "index/region_buffer.h"

namespace proviso::index {
namespace {

constexpr std::size_t kBufferBytes = 1u << 20;

}  // namespace

void RegionBuffer::append(std::span<const std::byte> bytes) {
  buffer_ += base::as_text(bytes);
  size_ += bytes.size();
  if (buffer_.size() >= kBufferBytes) flush();
}

void RegionBuffer::flush() {
  if (!fd_) fd_ = base::open_nameless(directory_);
  base::write_all(fd_.get(), buffer_, "temporary file");
  buffer_.clear();
}

std::span<const std::byte> RegionBuffer::bytes() {
  if (!fd_) return base::as_bytes(buffer_);
  flush();
  if (!mapping_) mapping_.emplace(fd_.get(), "temporary file");
  return mapping_->bytes();
}

}  // namespace proviso::index
