// A region of the file to come, kept until its place is known: in memory while it is small, then in
// a file without a name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/file.h"

namespace proviso::index {

class Spool {
 public:
  explicit Spool(const std::filesystem::path& directory) : directory_(directory) {}
  void append(std::span<const std::byte>);
  void append(std::string_view text) { append(base::as_bytes(text)); }
  template <class T>
  void append_value(const T& value) {
    append(std::span(reinterpret_cast<const std::byte*>(&value), sizeof value));
  }
  std::uint64_t size() const { return size_; }
  // Everything that was appended. Nothing may be appended afterwards.
  std::span<const std::byte> bytes();

 private:
  void flush();
  std::filesystem::path directory_;
  base::UniqueFd
      fd_;  // none before the first flush: an index of many small lists needs no file for each
  std::string buffer_;
  std::uint64_t size_ = 0;
  std::optional<base::Mapping> mapping_;
};

}  // namespace proviso::index
