// Reads a list's file in pieces and digests it at the same time; it is never whole in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "digest/digest.h"

namespace proviso::index::lists {

constexpr std::uint64_t kMaxListBytes = 64ull << 30;
constexpr std::size_t kMaxLineBytes = 1u << 20;

class ByteStream {
 public:
  // Error(no_input) if it is missing, Error(data) if it is over 64 GiB, Error(io) if it is not a
  // regular file.
  explicit ByteStream(const std::filesystem::path&);

  // Reads up to out.size() bytes and returns their number; 0 at the end. Error(io).
  std::size_t read(std::span<char> out);
  // Starts again. finish() compares the second reading with the first.
  void rewind();
  // Reads the rest and returns the SHA-256 of the whole file, in hex. Error(io) if a second reading
  // had other bytes.
  std::string finish();
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  base::UniqueFd fd_;
  std::uint64_t taken_ = 0;
  std::optional<digest::Hasher> hasher_;
  std::string first_;  // digest of an earlier reading
};

struct Line {
  std::uint64_t number = 0;  // from 1
  std::string_view
      text;  // without its end, valid until the next line. 64 bytes behind it can be read
  bool too_long = false;  // over kMaxLineBytes; its bytes were skipped
};

// The lines of a stream without a byte order mark, carriage returns and blanks at their ends. Empty
// lines are left out.
class LineSource {
 public:
  explicit LineSource(ByteStream&);
  bool next(Line&);

 private:
  bool fill();

  ByteStream& from_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, end_ = 0;
  bool ended_ = false;
  std::uint64_t number_ = 0;
};

std::string_view trim(std::string_view);
std::string lower(std::string_view);  // ASCII

}  // namespace proviso::index::lists
