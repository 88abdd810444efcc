// A region of the index that is being built, kept until its offset is known: in memory while it is
// small, then in a temporary file without a name in `directory`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/file.h"

namespace proviso::index {

class RegionBuffer {
 public:
  explicit RegionBuffer(const std::filesystem::path& directory) : directory_(directory) {}
  // Error(cannot_create) or Error(io) when the temporary file cannot be created or written.
  void append(std::span<const std::byte>);
  void append(std::string_view text) { append(base::as_bytes(text)); }
  template <class T>
  void append_value(const T& value) {
    append(std::span(reinterpret_cast<const std::byte*>(&value), sizeof value));
  }
  std::uint64_t size() const { return size_; }
  // All bytes that were appended, valid while this lives. append() must not be called afterwards.
  // Error(io) when the temporary file cannot be written or mapped.
  std::span<const std::byte> bytes();

 private:
  void flush();
  std::filesystem::path directory_;
  // Empty before the first flush: an index of many small lists needs no file for each.
  base::UniqueFd fd_;
  std::string buffer_;
  std::uint64_t size_ = 0;
  std::optional<base::Mapping> mapping_;
};

}  // namespace proviso::index
