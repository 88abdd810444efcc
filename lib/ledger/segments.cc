#include "ledger/segments.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>

#include "base/file.h"

namespace proviso::ledger {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

}  // namespace

std::filesystem::path segment_path(const std::filesystem::path& ledger, std::uint64_t entry_index) {
  return ledger / "entries" / fmt::format("{:04}.ndjson", entry_index / kSegmentEntries + 1);
}

Place read_lines(const std::filesystem::path& ledger, Place from, std::uint64_t end,
                 const std::function<bool(std::uint64_t, std::string_view)>& visit) {
  std::string buffer;
  while (from.index < end) {
    const std::filesystem::path path = segment_path(ledger, from.index);
    const std::uint64_t segment_end =
        std::min(end, (from.index / kSegmentEntries + 1) * kSegmentEntries);
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
      if (errno == ENOENT) return from;
      base::throw_errno(errno, "cannot be opened", path.string());
    }
    buffer.clear();
    std::uint64_t read_at = from.offset;
    std::size_t used = 0;
    while (from.index < segment_end) {
      const std::size_t newline = buffer.find('\n', used);
      if (newline != std::string::npos) {
        const std::string_view line = std::string_view(buffer).substr(used, newline - used);
        const bool go_on = visit(from.index, line);
        from.offset += line.size() + 1;
        used = newline + 1;
        ++from.index;
        if (from.index % kSegmentEntries == 0) from.offset = 0;
        if (!go_on) return from;
        continue;
      }
      buffer.erase(0, used);
      used = 0;
      if (buffer.size() > kMaxEntryBytes) {
        throw base::Error(
            base::ExitCode::data,
            fmt::format("entry {} is longer than {} bytes", from.index, kMaxEntryBytes),
            path.string());
      }
      const std::size_t have = buffer.size();
      buffer.resize(have + kReadBytes);
      ssize_t got = 0;
      do {
        got = ::pread(fd.get(), buffer.data() + have, kReadBytes, static_cast<off_t>(read_at));
      } while (got < 0 && errno == EINTR);
      if (got < 0) base::throw_errno(errno, "cannot be read", path.string());
      buffer.resize(have + static_cast<std::size_t>(got));
      read_at += static_cast<std::uint64_t>(got);
      if (got == 0) return from;
    }
  }
  return from;
}

}  // namespace proviso::ledger
