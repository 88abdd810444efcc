// Bytes that can be read anywhere: an open file, or memory. The one way in which content is read,
// whatever holds it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace proviso::base {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  // As much of `out` as there is from `offset` on; less only at the end. Negative: cannot be read
  // (errno is set).
  virtual std::int64_t read_at(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

// A regular file, read by pread: its own offset is neither used nor moved. The descriptor stays the
// caller's.
class FileSource : public ByteSource {
 public:
  explicit FileSource(int fd);
  std::uint64_t size() const override {
    return size_;
  }  // when it was opened; 0 when it cannot be told
  std::int64_t read_at(std::uint64_t offset, std::span<std::byte> out) const override;

 private:
  int fd_;
  std::uint64_t size_ = 0;
};

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::int64_t read_at(std::uint64_t offset, std::span<std::byte> out) const override;

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace proviso::base
