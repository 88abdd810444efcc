#include "base/byte_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"

namespace proviso::base {

FileSource::FileSource(int fd) : fd_(fd) {
  struct stat status {};
  if (::fstat(fd, &status) == 0 && status.st_size > 0)
    size_ = static_cast<std::uint64_t>(status.st_size);
}

std::int64_t FileSource::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  return base::read_at(fd_, offset, out);
}

std::int64_t MemorySource::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  if (offset >= bytes_.size()) return 0;
  const auto rest = bytes_.subspan(static_cast<std::size_t>(offset));
  const std::size_t count = std::min(rest.size(), out.size());
  std::copy_n(rest.begin(), count, out.begin());
  return static_cast<std::int64_t>(count);
}

}  // namespace proviso::base
