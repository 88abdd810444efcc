#include "index/lists/byte_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace proviso::index::lists {
namespace {

constexpr std::size_t kPadding = 64;  // what simdjson may read behind a line
constexpr std::size_t kChunk = std::size_t{256} * 1024;

}  // namespace

ByteStream::ByteStream(const std::filesystem::path& path) : name_(path.string()) {
  // O_NONBLOCK: a pipe in place of a list is refused below; opening it must not wait.
  fd_ = base::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd_)
    base::throw_errno(errno, "cannot open the list", name_,
                      errno == ENOENT ? base::ExitCode::no_input : base::ExitCode::io);
  struct stat about {};
  if (::fstat(fd_.get(), &about) != 0) base::throw_errno(errno, "cannot read the list", name_);
  if (!S_ISREG(about.st_mode)) throw base::Error(base::ExitCode::io, "not a regular file", name_);
  if (static_cast<std::uint64_t>(about.st_size) > kMaxListBytes)
    throw base::Error(base::ExitCode::data, "larger than 64 GiB", name_);
  rewind();
}

std::size_t ByteStream::read(std::span<char> out) {
  ssize_t got = 0;
  do {
    got = ::read(fd_.get(), out.data(), out.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) base::throw_errno(errno, "cannot read the list", name_);
  const auto n = static_cast<std::size_t>(got);
  taken_ += n;
  if (taken_ > kMaxListBytes)
    throw base::Error(base::ExitCode::data, "larger than 64 GiB", name_);  // it grew
  hasher_->update(std::as_bytes(out.first(n)));
  return n;
}

void ByteStream::rewind() {
  if (taken_ > 0) first_ = finish();
  if (::lseek(fd_.get(), 0, SEEK_SET) < 0) base::throw_errno(errno, "cannot read the list", name_);
  taken_ = 0;
  digest::Wanted wanted;
  hasher_.emplace(wanted);
}

std::string ByteStream::finish() {
  std::vector<char> rest(kChunk);
  while (read(rest) > 0) {
  }
  std::string digest = base::to_hex(*hasher_->finish().sha256);
  if (!first_.empty() && digest != first_)
    throw base::Error(base::ExitCode::io, "the file changed while it was read", name_, "try again");
  return digest;
}

LineSource::LineSource(ByteStream& from) : from_(from), buffer_(kChunk + kPadding) {}

bool LineSource::fill() {
  if (ended_) return false;
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
    end_ -= at_;
    at_ = 0;
  }
  if (buffer_.size() < end_ + kChunk / 2 + kPadding) buffer_.resize(2 * buffer_.size());
  const std::size_t got = from_.read({buffer_.data() + end_, buffer_.size() - end_ - kPadding});
  end_ += got;
  ended_ = got == 0;
  return got > 0;
}

bool LineSource::next(Line& line) {
  bool skipping = false;
  std::size_t searched = 0;  // bytes from at_ that hold no newline
  for (;;) {
    const char* begin = buffer_.data() + at_;
    const void* found = std::memchr(begin + searched, '\n', end_ - at_ - searched);
    if (found == nullptr && !ended_) {
      searched = end_ - at_;
      if (searched > kMaxLineBytes) {
        skipping = true;
        at_ = end_;
        searched = 0;
      }
      fill();
      continue;
    }
    if (found == nullptr && at_ == end_ && !skipping) return false;
    const std::size_t length =
        found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - begin)
                         : end_ - at_;
    at_ += found != nullptr ? length + 1 : length;
    ++number_;
    line.number = number_;
    line.too_long = skipping || length > kMaxLineBytes;
    std::string_view text(begin, length);
    if (number_ == 1 && text.substr(0, 3) == "\xEF\xBB\xBF")
      text.remove_prefix(3);  // byte order mark
    line.text = line.too_long ? std::string_view() : trim(text);
    if (line.too_long || !line.text.empty()) return true;
    skipping = false;
    searched = 0;
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace proviso::index::lists
