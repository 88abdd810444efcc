// Bytes with random access: an open file, or memory. All content is read through ByteSource,
// whatever holds it. The functions that only read may be called by several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace proviso::base {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  // Reads into `out` from `offset` and returns the number of bytes read, which is less than
  // out.size() only at the end. Negative if the bytes cannot be read; errno is set then.
  virtual std::int64_t read_at(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

// A regular file, read by pread(2): the descriptor's offset is neither used nor moved. The caller
// owns the descriptor, which must outlive this.
class FileSource : public ByteSource {
 public:
  explicit FileSource(int fd);
  // The size when this was constructed; 0 if fstat(2) failed then, and 0 for
  // what has no size, such as a pipe.
  std::uint64_t size() const override { return size_; }
  std::int64_t read_at(std::uint64_t offset, std::span<std::byte> out) const override;

 private:
  int fd_;
  std::uint64_t size_ = 0;
};

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}  // not owned
  std::uint64_t size() const override { return bytes_.size(); }
  std::int64_t read_at(std::uint64_t offset, std::span<std::byte> out) const override;

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace proviso::base
