#include "ledger/segments.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include "base/file.h"

namespace proviso::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

std::uint64_t segment_begin(std::uint64_t index) {
  return index / kSegmentEntries * kSegmentEntries;
}

// A segment being read forward, from an offset on.
class SegmentReader {
 public:
  // `fd` is empty afterwards when there is no such file.
  SegmentReader(const fs::path& path, std::uint64_t offset)
      : where_(path.string()), read_at_(offset) {
    fd_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd_) {
      if (errno == ENOENT) return;
      if (errno == ELOOP) refuse("a symbolic link where a segment was expected");
      base::throw_errno(errno, "cannot be opened", where_);
    }
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) base::throw_errno(errno, "cannot be read", where_);
    if (!S_ISREG(status.st_mode)) refuse("not a regular file");
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  bool there() const { return static_cast<bool>(fd_); }
  std::uint64_t size() const { return size_; }

  // Appends the next line with its newline to `out`. False where no whole line is left; what is
  // left is then not taken.
  bool next_line(std::string& out) {
    std::size_t searched = used_;
    for (;;) {
      const std::size_t newline = buffer_.find('\n', searched);
      if (newline != std::string::npos) {
        out.append(buffer_, used_, newline + 1 - used_);
        used_ = newline + 1;
        return true;
      }
      if (buffer_.size() - used_ > kMaxEntryBytes)
        refuse(fmt::format("a line of over {} bytes", kMaxEntryBytes));
      buffer_.erase(0, used_);
      used_ = 0;
      searched = buffer_.size();
      if (!read_more()) return false;
    }
  }

 private:
  bool read_more() {
    const std::size_t have = buffer_.size();
    buffer_.resize(have + kReadBytes);
    ssize_t got = 0;
    do {
      got = ::pread(fd_.get(), buffer_.data() + have, kReadBytes, static_cast<off_t>(read_at_));
    } while (got < 0 && errno == EINTR);
    if (got < 0) base::throw_errno(errno, "cannot be read", where_);
    buffer_.resize(have + static_cast<std::size_t>(got));
    read_at_ += static_cast<std::uint64_t>(got);
    return got > 0;
  }

  [[noreturn]] void refuse(std::string what) const {
    throw base::Error(base::ExitCode::check_failed, std::move(what), where_);
  }

  std::string where_;
  base::UniqueFd fd_;
  std::uint64_t size_ = 0, read_at_;
  std::string buffer_;
  std::size_t used_ = 0;
};

// Reads the lines of one block into `text` and `block`. False when the segment ends before.
bool read_block(SegmentReader& segment, std::uint64_t end, std::string& text, Block& block) {
  text.clear();
  block.lines.clear();
  std::vector<std::size_t> ends;
  block.end = block.begin;
  while (block.end.index < end && segment.next_line(text)) {
    ends.push_back(text.size());
    ++block.end.index;
  }
  std::size_t at = 0;
  for (const std::size_t line_end : ends) {
    block.lines.push_back(std::string_view(text).substr(at, line_end - 1 - at));
    at = line_end;
  }
  block.end.offset = block.begin.offset + text.size();
  return block.end.index == end;
}

// The number that a line gives itself: every entry begins with it.
std::optional<std::uint64_t> number_of(std::string_view line) {
  constexpr std::string_view kBegin = R"({"n":)";
  if (!line.starts_with(kBegin)) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(line.data() + kBegin.size(), line.data() + line.size(), number);
  if (error != std::errc() || end == line.data() + line.size() || *end != ',') return std::nullopt;
  return number;
}

// Counting from zero, of a name such as "0001.ndjson".
std::optional<std::uint64_t> segment_number(std::string_view name) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  std::uint64_t number = 0;
  const std::errc error = std::from_chars(name.data(), name.data() + name.size(), number).ec;
  if (error != std::errc() || number == 0 || number > kMost) return std::nullopt;
  return number - 1;
}

bool is_full(const fs::path& segment) {
  SegmentReader reader(segment, 0);
  std::string line;
  std::uint64_t lines = 0;
  while (reader.there() && reader.next_line(line)) {
    line.clear();
    ++lines;
  }
  return lines == kSegmentEntries;
}

[[noreturn]] void refuse_file(const fs::path& path, std::string what) {
  throw base::Error(base::ExitCode::check_failed, std::move(what), path.string());
}

std::optional<std::uint64_t> number_at(const fs::path& path, std::uint64_t offset) {
  std::string line;
  if (!SegmentReader(path, offset).next_line(line)) return std::nullopt;
  return number_of(line);
}

}  // namespace

fs::path segment_path(const fs::path& ledger, std::uint64_t entry_index) {
  return ledger / "entries" / fmt::format("{:04}.ndjson", entry_index / kSegmentEntries + 1);
}

std::uint64_t segment_size(const fs::path& ledger, std::uint64_t entry_index) {
  struct stat status {};
  const fs::path path = segment_path(ledger, entry_index);
  if (::lstat(path.c_str(), &status) != 0) return 0;
  if (!S_ISREG(status.st_mode))
    throw base::Error(base::ExitCode::check_failed, "not a regular file", path.string());
  return static_cast<std::uint64_t>(status.st_size);
}

std::string line_place(const fs::path& ledger, std::uint64_t entry_index) {
  return fmt::format("{}:{}", segment_path(ledger, entry_index).string(),
                     entry_index % kSegmentEntries + 1);
}

Place read_blocks(const fs::path& ledger, Place from, std::uint64_t end,
                  const std::function<bool(const Block&)>& visit) {
  std::string text;
  Block block;
  while (from.index < end) {
    const fs::path path = segment_path(ledger, from.index);
    const std::uint64_t segment_end = segment_begin(from.index) + kSegmentEntries;
    SegmentReader segment(path, from.offset);
    if (!segment.there()) return from;
    while (from.index < std::min(end, segment_end)) {
      block.begin = from;
      const std::uint64_t block_end = (from.index / kBlockEntries + 1) * kBlockEntries;
      const bool whole = read_block(segment, std::min(end, block_end), text, block);
      from = block.end;
      if (block.lines.empty() || !visit(block) || !whole) return from;
    }
    if (from.index == segment_end) {
      if (segment.size() > from.offset) {
        throw base::Error(base::ExitCode::check_failed,
                          fmt::format("holds more than {} entries: {} bytes were added behind them",
                                      kSegmentEntries, segment.size() - from.offset),
                          path.string());
      }
      from.offset = 0;
    }
  }
  return from;
}

std::optional<Place> place_of(const fs::path& ledger, std::uint64_t index) {
  const std::uint64_t first = segment_begin(index);
  if (index == first) return Place{index, 0};
  const fs::path path = segment_path(ledger, index);
  const SegmentReader whole(path, 0);
  if (!whole.there()) return std::nullopt;
  Place low{first, 0};  // a line that is not behind the one that is sought
  std::uint64_t high = whole.size();
  while (high - low.offset > kReadBytes) {
    const std::uint64_t middle = low.offset + (high - low.offset) / 2;
    std::string rest;
    if (!SegmentReader(path, middle).next_line(rest)) return std::nullopt;
    const std::uint64_t begin = middle + rest.size();
    if (begin >= high) {
      high = middle;
      continue;
    }
    const auto number = number_at(path, begin);
    if (!number || *number < low.index) return std::nullopt;
    if (*number > index) {
      high = middle;
    } else {
      low = {*number, begin};
    }
  }
  SegmentReader forward(path, low.offset);
  std::string line;
  while (low.index < index) {
    line.clear();
    if (!forward.next_line(line)) return std::nullopt;
    low = {low.index + 1, low.offset + line.size()};
  }
  return low;
}

void check_segment_files(const fs::path& ledger, std::uint64_t size) {
  const fs::path entries = ledger / "entries";
  const std::uint64_t last = size == 0 ? 0 : (size - 1) / kSegmentEntries;
  std::error_code error;
  fs::directory_iterator it(entries, error);
  for (const fs::directory_iterator end; !error && it != end; it.increment(error)) {
    const auto number = segment_number(it->path().filename().string());
    if (!number || segment_path(ledger, *number * kSegmentEntries) != it->path() ||
        it->symlink_status(error).type() != fs::file_type::regular) {
      refuse_file(it->path(), "not a segment of the ledger");
    }
    // A writer that died can have filled the head's segment and begun the next.
    const bool begun = *number == last + 1 && is_full(segment_path(ledger, last * kSegmentEntries));
    if (*number > last && !begun)
      refuse_file(it->path(), fmt::format("not a segment of a ledger of {} entries", size));
  }
  if (error) {
    throw base::Error(base::ExitCode::check_failed, "cannot be listed: " + error.message(),
                      entries.string());
  }
}

}  // namespace proviso::ledger
