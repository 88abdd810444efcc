// A region of the file to come, kept in a file without a name until its place is known.
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
  explicit Spool(const std::filesystem::path& directory) : fd_(base::open_nameless(directory)) {}
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
  base::UniqueFd fd_;
  std::string buffer_;
  std::uint64_t size_ = 0;
  std::optional<base::Mapping> mapping_;
};

}  // namespace proviso::index
